import TestSupport
import Testing

/// Whose a connection of this host is.
@Suite("socket owners")
struct SocketOwnerTests {
    @Test("H06: a connection is the one's who made the socket, whoever uses it then", arguments: [true, false])
    func h06(isMadeByOwner: Bool) throws {
        let lab = try GateLab()
        try lab.server.serve("tcp/8443")
        try lab.apply(
            """
            version: 1
            name: lab
            identities:
              app: { process: { user: 4242 } }
            ports:
              - name: gated
                port: 8443
                allow:
                  - { name: app, identities: [app] }

            """)
        let script = """
            import os, socket, sys
            maker, user = int(sys.argv[1]), int(sys.argv[2])
            os.seteuid(maker)
            made = socket.socket()
            os.seteuid(0)
            os.seteuid(user)
            made.settimeout(10)
            print(made.connect_ex(("127.0.0.1", 8443)))
            """
        let users = isMadeByOwner ? ["4242", "4243"] : ["4243", "4242"]
        let result = try lab.server.run(["/usr/bin/python3", "-I", "-c", script] + users)
        #expect((result.output == "0\n") == isMadeByOwner, "\(result)")
    }
}
