/// What a rule's prefix says, read once.
struct RulePrefix {
    var action = RecordAction.foreign
    /// The port's name, in ``PrefixTable/text``.
    var port = ByteRange.empty
    /// The rule's name.
    var rule = ByteRange.empty
    /// `request`, `short`, `serves`, `full`.
    var reason = ByteRange.empty
    /// The declared port of that name; negative when the policy has none.
    var portPlace: Int32 = -1
    /// The number of the declared rule of that name; negative when the policy has none.
    var ruleNumber: Int32 = -1
    /// `,"port":"db","rule":"billing"` as it is written to records.
    var place = ByteRange.empty
    /// `,"reason":"short"`, or `,"prefix":"…"` of a prefix that is not the gate's.
    var detail = ByteRange.empty
    /// The prefix itself.
    var whole = ByteRange.empty
    var hash: UInt32 = 0
}
