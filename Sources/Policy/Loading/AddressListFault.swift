/// What is wrong with a list file, before it has a place in a source map.
enum AddressListFault: Hashable {
    case badAddress(AddressError, String, line: UInt32, column: UInt32)
    case noAddresses
    case tooLarge(limit: Int)
    case tooManyLines(limit: Int, line: UInt32)
    case otherEncoding(String)

    /// The line it stands on.
    var line: UInt32 {
        switch self {
        case .badAddress(_, _, let line, _), .tooManyLines(_, let line): line
        case .noAddresses, .tooLarge, .otherEncoding: 1
        }
    }

    func diagnostic(file: UInt32) -> Diagnostic {
        let start = SourceSpan(file: file, line: line, column: 1)
        switch self {
        case .badAddress(let error, let text, let line, let column):
            let length = UInt32(clamping: text.unicodeScalars.count)
            return .badAddress(error, text, at: SourceSpan(file: file, line: line, column: column, length: length))
        case .noAddresses: return .listWithoutAddresses(at: start)
        case .tooLarge(let limit): return .tooLarge(limit: limit, at: start)
        case .tooManyLines(let limit, _): return .tooManyLines(limit: limit, at: start)
        case .otherEncoding(let name): return .otherEncoding(name, at: start)
        }
    }
}
