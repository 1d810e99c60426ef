import Foundation
import Glibc
import Synchronization

/// A small network for a test: namespaces of its own, cables between them, real clients and servers inside.
///
/// Everything is named for this process and gone when the lab is closed or released. What a killed test run left behind is
/// removed by the next one.
public final class NetworkLab {
    /// Why a lab could not be built: a test that needs it fails, it is never skipped.
    public struct Failure: Error, CustomStringConvertible {
        /// The command and what it said.
        public let description: String

        /// Creates a failure.
        public init(description: String) { self.description = description }
    }

    private static let numbers = Atomic<Int>(0)
    // Once for each run of the tests.
    private static let sweep: Void = removeStale()

    private let prefix: String
    private var namespaces: [LabNamespace] = []
    private var cables = 0

    /// Creates an empty lab.
    public init() throws {
        Self.sweep
        for tool in ["/usr/sbin/ip", "/usr/bin/nsenter", "/usr/bin/python3", "/usr/sbin/nft"]
        where access(tool, X_OK) != 0 {
            throw Failure(description: "\(tool) is missing: run scripts/install-deps")
        }
        let number = Self.numbers.wrappingAdd(1, ordering: .relaxed).newValue
        prefix = "pg-\(getpid())-\(number)"
    }

    deinit { close() }

    /// Adds a namespace with loopback up.
    public func namespace(_ name: String) throws -> LabNamespace {
        let namespace = LabNamespace(name: "\(prefix)-\(name)")
        try Self.check(["/usr/sbin/ip", "netns", "add", namespace.name])
        namespaces.append(namespace)
        try namespace.ip("link", "set", "lo", "up")
        // Link-local addresses are usable at once.
        try namespace.sysctl("net.ipv6.conf.default.accept_dad", "0")
        return namespace
    }

    /// Lays a cable between two namespaces and gives its ends addresses, `10.99.0.1/24` or `fd99::1/64`.
    ///
    /// - Returns: the names of the interfaces at both ends.
    @discardableResult
    public func cable(
        _ left: LabNamespace, _ leftAddresses: [String], _ right: LabNamespace, _ rightAddresses: [String]
    ) throws -> (String, String) {
        cables += 1
        let (one, other) = ("eth\(cables)a", "eth\(cables)b")
        try left.ip("link", "add", one, "type", "veth", "peer", "name", other, "netns", right.name)
        for (namespace, interface, addresses) in [(left, one, leftAddresses), (right, other, rightAddresses)] {
            for address in addresses { try namespace.address(address, on: interface) }
            try namespace.ip("link", "set", interface, "up")
        }
        return (one, other)
    }

    /// Ends all processes and removes all namespaces.
    public func close() {
        for namespace in namespaces {
            namespace.killAll()
            _ = try? runCommand(["/usr/sbin/ip", "netns", "delete", namespace.name])
        }
        namespaces = []
    }

    /// Runs a command that must succeed.
    @discardableResult
    static func check(_ arguments: [String], input: String = "") throws -> String {
        let result = try runCommand(arguments, input: input)
        guard result.status == 0 else {
            throw Failure(
                description: "\(arguments.joined(separator: " ")): status \(result.status): \(result.errors)")
        }
        return result.output
    }

    // Removes the namespaces of test runs whose process is gone.
    private static func removeStale() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
        for name in names {
            let parts = name.split(separator: "-")
            guard parts.count >= 4, parts[0] == "pg", let owner = pid_t(parts[1]) else { continue }
            guard kill(owner, 0) != 0, errno == ESRCH else { continue }
            for process in (try? runCommand(["/usr/sbin/ip", "netns", "pids", name]))?.output.split(separator: "\n")
                ?? []
            {
                if let pid = pid_t(process) { kill(pid, SIGKILL) }
            }
            _ = try? runCommand(["/usr/sbin/ip", "netns", "delete", name])
        }
    }
}
