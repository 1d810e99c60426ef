/// Policies as hosts have them, small enough for many comparisons.
enum RealisticPolicies {
    static let all: [(name: String, yaml: String)] = [
        (
            "web and ssh",
            """
            version: 1
            name: web
            owner: web
            networks:
              office: [10.20.0.0/16, "fd00:20::/48"]
              world: [0.0.0.0/0, "::/0"]
            ports:
              - name: https
                port: 443
                protocol: [tcp, udp]
                allow:
                  - name: all
                    cidrs: [world]
              - name: ssh
                port: 22
                protocol: tcp
                log: { allowed: connections, denied: all }
                allow:
                  - name: office
                    cidrs: [office]
                  - name: bastion
                    cidrs: [192.0.2.7/32, 192.0.2.128/26]
            """
        ),
        (
            "database",
            """
            version: 1
            name: database
            owner: data
            networks:
              app: [10.20.0.0/24, 10.20.2.0/23]
            identities:
              pooler: { process: { user: 1000 } }
            ports:
              - name: postgres
                port: [5432, 6432]
                protocol: tcp
                otherwise: drop
                allow:
                  - name: app
                    cidrs: [app]
                  - name: pooler
                    identities: [pooler]
            """
        ),
        (
            "windows and expiry",
            """
            version: 1
            name: admin
            owner: ops
            windows:
              nights: { timezone: Europe/Berlin, days: [mon-fri], hours: ["22:00-02:00"] }
            ports:
              - name: admin
                port: 8443
                protocol: tcp
                allow:
                  - name: nights
                    cidrs: [192.0.2.0/24]
                    windows: [nights]
                  - name: guest
                    cidrs: [198.51.100.0/24, "2001:db8::/32"]
                    expires: 2026-12-21
            """
        ),
        (
            "ranges",
            """
            version: 1
            name: ranges
            owner: media
            ports:
              - name: rtp
                port: "20000-20100"
                protocol: udp
                log: { denied: 10/second per source }
                allow:
                  - name: peers
                    cidrs: [203.0.113.0/25, "2001:db8:1::/64"]
              - name: sip
                port: 5060
                protocol: [tcp, udp]
                otherwise: drop
                allow:
                  - name: peers
                    cidrs: [203.0.113.0/25]
            """
        ),
        (
            "identities",
            """
            version: 1
            name: identities
            owner: ops
            identities:
              tunnel: { wireguard: { interface: wg0, addresses: [10.8.0.5/32, "fd00:8::/64"] } }
              console: { link: { mac: "02:00:00:00:00:01" } }
              team: { members: [tunnel, console] }
            ports:
              - name: panel
                port: 9000
                protocol: tcp
                allow:
                  - name: team
                    identities: [team]
                  - name: monitoring
                    cidrs: [10.1.0.0/16]
            """
        ),
    ]
}
