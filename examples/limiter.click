// A rate limiter between two links, against floods: vif 0 is outside, vif 1
// is inside. Neither side sees it: it has no address, and what it passes it
// does not change.
//
// In: at most 50 IP packets a second, those of one second at once if there
// were none before, and the rest is dropped; ARP passes always, so that a
// flood does not hide the neighbours. Out: everything. Handlers to read:
// passed.count, dropped.count, out.count.

outside :: FromDevice(0);
inside :: FromDevice(1);
to_outside :: ToDevice(0);
to_inside :: ToDevice(1);

kind :: Classifier(12/0800, -);
limit :: RatedSplitter(50, BURST_DURATION 1s);

outside -> kind;
kind[0] -> limit;
kind[1] -> to_inside;
limit[0] -> passed :: Counter -> to_inside;
limit[1] -> dropped :: Counter -> Discard;

inside -> out :: Counter -> to_outside;
