cnt :: Counter;
out :: ToDevice;
in :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
FromDevice -> cnt -> in;
in[0] -> ARPResponder(10.0.0.10 00:16:3e:00:00:10) -> out;
in[1] -> Discard;
in[2] -> CheckIPHeader(14) -> ICMPPingResponder -> EtherMirror -> out;
in[3] -> Discard;
