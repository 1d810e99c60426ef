import Witness

/// A witness as the command line names it: where it is, and by which key it signs.
struct WitnessAddress: Sendable {
    /// The URL before the paths.
    let url: String
    /// Its key.
    let key: CosignerKey

    /// Reads a URL of http or https.
    init(url: String, key: String) throws(UsageError) {
        let isURL = ["http://", "https://"].contains { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }
        guard isURL, url.utf8.allSatisfy({ (33...126).contains($0) }) else {
            throw UsageError("--witness '\(url)' is no URL: write http://HOST:PORT or https://HOST")
        }
        guard let key = CosignerKey(key) else {
            throw UsageError("--witness-key '\(key)' is no key as 'portgate-witness keys init' prints it")
        }
        self.url = url
        self.key = key
    }

    /// The name of the file that keeps what the witness signed: its own, with `-` for what may not stand in a file's name.
    var fileName: String {
        let bytes = key.name.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                byte
            case UInt8(ascii: "."): byte
            default: UInt8(ascii: "-")
            }
        }
        let name = String(decoding: bytes.prefix(200), as: UTF8.self)
        return name.hasPrefix(".") ? "-" + name.dropFirst() : name
    }
}
