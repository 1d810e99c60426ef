import Glibc
import Policy

extension KernelDoor {
    /// Reads a set over netlink, again when the ruleset changed on the way.
    static func elements(of set: SetHandle, tries: Int = 6) throws(GateFailure) -> SetListing {
        for _ in 0..<tries {
            do throws(NetlinkSocket.Failure) {
                var query = try NetfilterQuery()
                var sets = try SetElements()
                let before = try query.generation()
                let elements = try sets.dump(set)
                if try query.generation() == before { return SetListing(elements: elements, generation: before) }
            } catch {
                if error != .interrupted { throw .kernelUnreadable("set \(set.name): \(error.words)") }
            }
        }
        throw .kernelUnsteady(tries: tries)
    }

    /// Asks for elements one by one.
    static func held(_ elements: [SetElement], in set: SetHandle) throws(GateFailure) -> [Bool] {
        do throws(NetlinkSocket.Failure) {
            var sets = try SetElements()
            var found: [Bool] = []
            for element in elements { found.append(try sets.holds([element], in: set)) }
            return found
        } catch { throw .kernelUnreadable("set \(set.name): \(error.words)") }
    }

    /// Elements from which on a set is asked for each of them, and no more read whole.
    static let manyElements = 20_000

    /// Tells whether a set holds elements and nothing else. A large one is not read unless its census leaves a doubt; one that
    /// cannot be made, as where sockets have little room for answers, leaves it.
    static func holdsOnly(_ elements: [SetElement], in set: SetHandle) throws(GateFailure) -> Bool {
        if elements.count >= manyElements, (try? isCounted(elements, in: set)) == true { return true }
        return try Self.elements(of: set).elements.elementsEqual(elements) {
            $0.first == $1.first && $0.last == $1.last
        }
    }

    private static func isCounted(_ elements: [SetElement], in set: SetHandle) throws(NetlinkSocket.Failure) -> Bool {
        guard let census = SetCensus(of: elements, in: set) else { return false }
        var query = try NetfilterQuery()
        guard let count = try query.elementCount(ofSet: set.name), Int(count) == elements.count else { return false }
        var sets = try SetElements()
        return try census.holds(through: &sets)
    }

    /// Changes sets over netlink.
    static func change(_ changes: [SetChange], expecting generation: UInt32?) throws(GateFailure) {
        do throws(SetElements.Refusal) {
            var sets = try SetElements.opened()
            try sets.change(changes, expecting: generation)
        } catch {
            switch error {
            case .generationMoved:
                throw .movedOn("another program changed nftables between the look and the change")
            case .socket(.system("sendto", EMSGSIZE)), .socket(.system("sendto", ENOBUFS)):
                throw .elementsRefused("it is too large for one transaction here", changes)
            case .socket(let failure):
                throw .kernelUnreadable("what became of a change of elements: \(failure.words)")
            case .refusedWhole(let code):
                throw .elementsRefused(SystemError.words(code), changes)
            case .refused(let action, let set, let element, let code):
                let what = element.map { " of \(set.words(for: $0))" } ?? ""
                let place = "set \(set.name), \(action.rawValue)\(what)"
                throw .elementsRefused("\(place): \(SystemError.words(code))", changes)
            }
        }
    }
}

extension SetHandle {
    /// An element as people write it.
    func words(for element: SetElement) -> String {
        let first = words(for: element.first)
        return element.first == element.last ? first : "\(first)-\(words(for: element.last))"
    }

    private func words(for value: UInt128) -> String {
        switch key {
        case .ipv4: IPv4Address(bits: UInt32(truncatingIfNeeded: value)).description
        case .ipv6: IPv6Address(bits: value).description
        case .time, .controlGroup, .family: "\(value)"
        }
    }
}
