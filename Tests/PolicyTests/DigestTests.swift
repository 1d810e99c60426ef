import Policy
import Testing

@Suite struct DigestTests {
    @Test(
        "digests are those of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func vectors(text: String, hex: String) {
        #expect(Digest.hex(of: Array(text.utf8)) == hex)
    }

    @Test("pieces give the digest of the whole, and asking does not end it")
    func pieces() {
        var digest = Digest()
        digest.update("a")
        _ = digest.hex()
        digest.update([0x62])
        digest.update([])
        digest.update("c")
        #expect(digest.hex() == Digest.hex(of: Array("abc".utf8)))
        #expect(digest.bytes().count == 32)
    }
}
