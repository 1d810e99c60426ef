import Foundation
import Host
import Policy
import Testing

@Suite struct FilesTests {
    @Test("a missing file, a folder and a device are told apart")
    func kinds() {
        let reader = Files.sourceReader
        #expect(reader.read("/nonexistent/x", 10) == .failure(.notFound))
        #expect(reader.read("/etc", 10) == .failure(.notAFile))
        #expect(reader.read("/dev/zero", 10) == .failure(.notAFile))
        #expect(reader.kind("/etc") == .success(.folder))
        #expect(reader.kind("/etc/passwd") == .success(.file))
        #expect(reader.kind("-") == .success(.file))
        #expect(reader.kind("/dev/null") == .failure(.notAFile))
    }
}
