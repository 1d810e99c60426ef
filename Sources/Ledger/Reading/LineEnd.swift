import Glibc

extension UnsafeRawBufferPointer {
    /// Where the next line end is; nil when there is none (`memchr(3)`).
    func lineEnd(from place: Int) -> Int? {
        guard place < count, let base = baseAddress, let end = memchr(base + place, 10, count - place) else {
            return nil
        }
        return UnsafeRawPointer(end) - base
    }

    /// How many line ends there are.
    var lineCount: UInt64 {
        var count: UInt64 = 0
        var place = 0
        while let end = lineEnd(from: place) {
            count += 1
            place = end + 1
        }
        return count
    }

    /// Hands over each line without its end. The bytes last as long as the call.
    public func eachLine(_ body: (UnsafeRawBufferPointer) -> Void) {
        var place = 0
        while let end = lineEnd(from: place) {
            body(UnsafeRawBufferPointer(rebasing: self[place..<end]))
            place = end + 1
        }
    }
}
