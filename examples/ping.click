// Answers ARP requests and pings for an address that its template gives it:
//
//   params: {ip: {range: 10.0.0.10-10.0.0.250}}
//
// or that a request does, with --set ip=10.0.0.10, where the template says
// params: {ip: }. Its MAC address is its vif's. Since nothing in it depends on
// the VNF's name, shells can be armed with it. Handler to read: cnt.count, the
// packets that came in.

cnt :: Counter;
out :: ToDevice(0);
kind :: Classifier(12/0806 20/0001, 12/0800, -);
mine :: IPClassifier(dst host {{ip}} and icmp type echo, -);

FromDevice(0) -> cnt -> kind;

kind[0] -> ARPResponder({{ip}} {{mac}}) -> out;
kind[1] -> CheckIPHeader(14) -> mine;
kind[2] -> Discard;
mine[0] -> ICMPPingResponder -> EtherMirror -> out;
mine[1] -> Discard;
