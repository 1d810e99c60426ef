/// Where lines go: a ledger, a file, a pipe.
public protocol RecordSink: ~Copyable {
    /// Why lines could not be kept.
    associatedtype Failure: Error
    /// Takes whole lines, each with its end.
    mutating func write(_ lines: Span<UInt8>, count: Int) throws(Failure)
    /// Makes what was written durable.
    mutating func commit() throws(Failure)
    /// Whether what was committed last is durable and signed. Ports that need a ledger are open as long as it is.
    var isDurable: Bool { get }
}

extension RecordSink where Self: ~Copyable {
    /// A pipe or a test's array is no ledger.
    public var isDurable: Bool { false }
}
