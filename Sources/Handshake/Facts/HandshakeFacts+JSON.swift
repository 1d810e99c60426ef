extension HandshakeFacts {
    /// Appends the members of a record's object that tell what was read, with commas between and none around: `"tls":{…}`,
    /// `"http":{…}`, `"ssh":{…}`, `"postgresql":{…}`, in this order, each only if there is something of it, and in them only
    /// what is known. Says whether anything was appended.
    ///
    /// `tls`: `version`, `sni`, `alpn`, `versions`, `cipher`, `ja4`, `alert` (`from`, `level`, `description`), `client_subject`,
    /// `client_san`. `http`: `method`, `path`, `host`, `status`. `ssh`: `client`, `server`. `postgresql`: `user`, `database`,
    /// `application`. Everything is a text or a list of texts but `status`, a number. The texts are valid UTF-8; bytes that are
    /// none stand in them as `\xNN`, whose backslash JSON doubles.
    @discardableResult
    public func appendMembers(to json: inout [UInt8]) -> Bool {
        let start = json.count
        if let tls { HandshakeJSON.object("tls", in: &json, after: start) { tls.append(to: &$0, after: $1) } }
        if let http {
            HandshakeJSON.object("http", in: &json, after: start) {
                HandshakeJSON.member("method", http.method, in: &$0, after: $1)
                HandshakeJSON.member("path", http.path, in: &$0, after: $1)
                HandshakeJSON.member("host", http.host, in: &$0, after: $1)
                if let status = http.status {
                    HandshakeJSON.key("status", in: &$0, after: $1)
                    $0.append(contentsOf: String(status).utf8)
                }
            }
        }
        if let ssh {
            HandshakeJSON.object("ssh", in: &json, after: start) {
                HandshakeJSON.member("client", ssh.client, in: &$0, after: $1)
                HandshakeJSON.member("server", ssh.server, in: &$0, after: $1)
            }
        }
        if let postgresql {
            HandshakeJSON.object("postgresql", in: &json, after: start) {
                HandshakeJSON.member("user", postgresql.user, in: &$0, after: $1)
                HandshakeJSON.member("database", postgresql.database, in: &$0, after: $1)
                HandshakeJSON.member("application", postgresql.application, in: &$0, after: $1)
            }
        }
        return json.count > start
    }
}

extension TLSFacts {
    /// Appends the members of the object.
    fileprivate func append(to json: inout [UInt8], after start: Int) {
        HandshakeJSON.member("version", version?.description, in: &json, after: start)
        HandshakeJSON.member("sni", serverName?.text, in: &json, after: start)
        HandshakeJSON.member("alpn", protocols, in: &json, after: start)
        HandshakeJSON.member("versions", offeredVersions.map(\.description), in: &json, after: start)
        HandshakeJSON.member("cipher", cipherSuite?.description, in: &json, after: start)
        HandshakeJSON.member("ja4", ja4, in: &json, after: start)
        if let alert {
            HandshakeJSON.object("alert", in: &json, after: start) {
                HandshakeJSON.member("from", alert.sender.description, in: &$0, after: $1)
                HandshakeJSON.member("level", alert.level.description, in: &$0, after: $1)
                HandshakeJSON.member("description", alert.name, in: &$0, after: $1)
            }
        }
        HandshakeJSON.member("client_subject", clientSubject, in: &json, after: start)
        HandshakeJSON.member("client_san", clientAlternativeNames, in: &json, after: start)
    }
}

/// Appends JSON as bytes. `start` is where the members of the object begin: the first of them has no comma before it.
private enum HandshakeJSON {
    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    static func key(_ name: StaticString, in json: inout [UInt8], after start: Int) {
        if json.count > start { json.append(UInt8(ascii: ",")) }
        json.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { json.append(contentsOf: $0) }
        json.append(UInt8(ascii: "\""))
        json.append(UInt8(ascii: ":"))
    }

    static func object(
        _ name: StaticString, in json: inout [UInt8], after start: Int, _ members: (inout [UInt8], Int) -> Void
    ) {
        key(name, in: &json, after: start)
        json.append(UInt8(ascii: "{"))
        members(&json, json.count)
        json.append(UInt8(ascii: "}"))
    }

    static func member(_ name: StaticString, _ text: String?, in json: inout [UInt8], after start: Int) {
        guard let text else { return }
        key(name, in: &json, after: start)
        append(text, to: &json)
    }

    static func member(_ name: StaticString, _ texts: [String], in json: inout [UInt8], after start: Int) {
        guard !texts.isEmpty else { return }
        key(name, in: &json, after: start)
        json.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            append(text, to: &json)
        }
        json.append(UInt8(ascii: "]"))
    }

    private static func append(_ text: String, to json: inout [UInt8]) {
        json.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                json.append(UInt8(ascii: "\\"))
                json.append(byte)
            case 0..<0x20, 0x7f:
                json.append(contentsOf: "\\u00".utf8)
                json.append(digits[Int(byte >> 4)])
                json.append(digits[Int(byte & 15)])
            default: json.append(byte)
            }
        }
        json.append(UInt8(ascii: "\""))
    }
}
