/// Something in a live table that portgate never renders: another flag, a set with timeouts or comments on its elements, a
/// quota, a flowtable, a chain of another type.
public struct ForeignObject: Hashable, Sendable {
    /// What it is, as nft calls it: `set`, `map`, `counter`, `chain`, `quota`, `ct helper`, …, or `property` for what is no
    /// object, such as a flag of the table.
    public var kind: String
    /// Its name; empty for a property.
    public var name: String
    /// Its text as listed, cut after 4096 bytes.
    public var text: String

    /// Creates a foreign object.
    public init(kind: String, name: String, text: String) {
        self.kind = kind
        self.name = name
        self.text = text
    }
}
