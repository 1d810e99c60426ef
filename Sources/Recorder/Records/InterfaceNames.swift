/// The names of interfaces by their numbers, asked for once and forgotten now and then: an interface can get another name.
struct InterfaceNames {
    /// Asks for the name of an interface: at most 15 bytes from the highest, then zeros; 0 when there is none.
    typealias Ask = @Sendable (UInt32) -> UInt128

    private var numbers: [UInt32]
    private var names: [UInt128]
    private let ask: Ask

    init(_ ask: @escaping Ask) {
        numbers = Array(repeating: 0, count: 256)
        names = Array(repeating: 0, count: 256)
        self.ask = ask
    }

    /// Forgets all names.
    mutating func removeAll() {
        for place in numbers.indices { numbers[place] = 0 }
    }

    /// Returns the name of an interface, as ``Ask`` does.
    mutating func name(of number: UInt32) -> UInt128 {
        guard number != 0 else { return 0 }
        let place = Int(number & 255)
        if numbers[place] == number { return names[place] }
        let name = ask(number)
        numbers[place] = number
        names[place] = name
        return name
    }
}
