public import Policy

/// Which declared port a number belongs to, and which numbers belong to a declared port.
public struct PortDirectory: Sendable {
    /// The names of the ports.
    let names: [[UInt8]]
    private let ports: [Port]
    /// How many rules stand before those of each port.
    private let firstRules: [Int]
    /// For each transport protocol and number the place of the port in `names`, and one; 0 for none.
    private let places: [UInt16]

    /// Reads the ports of a policy.
    public init(_ declared: [Port] = []) {
        ports = Array(declared.prefix(Int(UInt16.max)))
        names = ports.map { Array($0.name.text.utf8) }
        var rules = 0
        firstRules = ports.map { port in
            defer { rules += port.rules.count }
            return rules
        }
        var places = [UInt16](repeating: 0, count: declared.isEmpty ? 0 : TransportProtocol.allCases.count << 16)
        for (place, port) in ports.enumerated() {
            for transport in port.protocols {
                let base = Self.row(transport.rawValue) << 16
                for range in port.ports {
                    for number in range.first...range.last where places[base + Int(number)] == 0 {
                        places[base + Int(number)] = UInt16(place + 1)
                    }
                }
            }
        }
        self.places = places
    }

    private static func row(_ transport: UInt8) -> Int {
        switch transport {
        case 6: 0
        case 17: 1
        case 33: 2
        case 132: 3
        default: 4
        }
    }

    /// Returns the place of the port that declares a number; nil when none does.
    func place(of number: UInt16, transport: UInt8) -> Int? {
        guard !places.isEmpty, TransportProtocol(rawValue: transport) != nil else { return nil }
        let place = places[(Self.row(transport) << 16) + Int(number)]
        return place == 0 ? nil : Int(place) - 1
    }

    /// Returns the place of a port by its name.
    func place(ofName name: ArraySlice<UInt8>) -> Int? { names.firstIndex { $0.elementsEqual(name) } }

    /// Returns the number of a port's rule among the rules of all ports.
    func rule(named name: ArraySlice<UInt8>, ofPort place: Int) -> Int? {
        ports[place].rules.firstIndex { $0.name.text.utf8.elementsEqual(name) }.map { firstRules[place] + $0 }
    }
}
