// A firewall between two links: vif 0 is outside, vif 1 is inside. Neither
// side sees it: it has no address, and what it passes it does not change.
//
// In: ARP, pings and the replies to pings, answers of name servers, and TCP
// to the ports 80 and 443, or to a connection that was made from inside.
// Out: everything. The rules are tried in order, and the first that matches
// decides; "allow" is output 0. Handlers to read: passed.count, dropped.count.

outside :: FromDevice(0);
inside :: FromDevice(1);
to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

kind :: Classifier(12/0806, 12/0800, -);
rules :: IPFilter(allow icmp type echo,
                  allow icmp type echo-reply,
                  allow src udp port 53,
                  allow dst tcp port 80,
                  allow dst tcp port 443,
                  allow tcp opt ack && dst port > 1023,
                  1 all);

outside -> kind;
kind[0] -> to_inside;                   // ARP
kind[1] -> CheckIPHeader(14) -> rules;  // IP; a bad header is dropped
kind[2] -> Discard;                     // neither
rules[0] -> passed :: Counter -> to_inside;
rules[1] -> dropped :: Counter -> Discard;

inside -> to_outside;
