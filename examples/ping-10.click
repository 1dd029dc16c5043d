// Answers ARP requests and pings for 10.0.0.10.
//
// The Counter cnt counts every packet that comes in: read its handler
// cnt.count.  Only packets to this very address are answered, so that
// several responders can share a bridge.  The MAC address in ARPResponder is
// the one that neighbours learn; it need not be the vif's, but it must be
// another one in each guest on the bridge.

cnt :: Counter;
out :: ToDevice(0);

// Outputs: ARP requests, ARP replies, IP to 10.0.0.10, all the rest.
in :: Classifier(12/0806 20/0001,
	12/0806 20/0002,
	12/0800 30/0a00000a,
	-);

FromDevice(0) -> cnt -> in;

in[0] -> ARPResponder(10.0.0.10 00:16:3e:00:00:10) -> out;
in[1] -> Discard;
in[2] -> CheckIPHeader(14) -> ICMPPingResponder -> EtherMirror -> out;
in[3] -> Discard;
