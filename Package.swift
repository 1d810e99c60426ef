// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "portgate",
    products: [
        .executable(name: "portgate", targets: ["portgate"]),
        .executable(name: "portgate-nft", targets: ["portgate-nft"]),
        .executable(name: "portgate-session", targets: ["portgate-session"]),
        .executable(name: "portgate-ship", targets: ["portgate-ship"]),
        .executable(name: "portgate-witness", targets: ["portgate-witness"]),
    ],
    targets: [
        // Debian's C libraries: a module map and a shim each, nothing else.
        .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CNftables", providers: [.apt(["libnftables-dev"])]),
        .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"])]),
        .systemLibrary(name: "CCrypto", providers: [.apt(["nettle-dev", "libssl-dev"])]),
        .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CNetlink", providers: [.apt(["libmnl-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CMicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        // What needs _GNU_SOURCE, or is a macro or a variadic in C.
        .target(name: "CLinux"),
        // What libnftables is told of sets.
        .target(name: "CNftCache"),

        // The rooms of docs/architecture.md. Imports point one way.
        .target(name: "Host", dependencies: ["Policy", "CLinux"]),
        .target(name: "JSON"),
        .target(name: "Policy", dependencies: ["CYAML", "CNettle"]),
        .target(name: "Nftables", dependencies: []),
        .target(name: "PacketSpace"),
        .target(name: "Compiler", dependencies: ["Policy", "Nftables"]),
        .target(name: "Drift", dependencies: ["Policy", "Nftables", "Compiler", "PacketSpace"]),
        .target(name: "Reports", dependencies: ["Policy", "Drift"]),
        .target(
            name: "Gate",
            dependencies: [
                "Host", "JSON", "Policy", "Nftables", "Compiler", "Drift", "Ledger", "Recorder", "CLinux", "CNetlink",
            ]),
        .target(
            name: "Ledger", dependencies: ["CCrypto", "CZstd", "CLinux", "Host", "JSON", "Policy"],
            linkerSettings: [.unsafeFlags(["-Xlinker", "-l:libcrypto.a"])]),
        // libssl stays out of `portgate`: whatever it links, it starts slower by.
        .target(
            name: "Sinks", dependencies: ["COpenSSL", "CLinux", "Host", "Ledger"],
            linkerSettings: [.unsafeFlags(["-Xlinker", "-l:libssl.a", "-Xlinker", "-l:libcrypto.a"])]),
        .target(name: "Witness", dependencies: ["Host", "Ledger"]),
        .target(name: "Export", dependencies: ["JSON"]),
        .target(name: "Handshake", dependencies: ["CNettle"]),
        .target(name: "Recorder", dependencies: ["Handshake", "Host", "Policy", "Nftables", "CLinux"]),
        .executableTarget(name: "portgate-nft", dependencies: ["CNftables", "CNftCache", "CLinux"]),
        .executableTarget(name: "portgate-session", dependencies: ["Gate", "Host", "Policy"]),
        .executableTarget(name: "portgate-ship", dependencies: ["Sinks", "CLinux", "Host", "Ledger"]),
        .executableTarget(
            name: "portgate-witness", dependencies: ["Witness", "CMicrohttpd", "CCurl", "CLinux", "Host", "Ledger"]),
        .executableTarget(
            name: "portgate",
            dependencies: [
                "Host", "JSON", "Policy", "Nftables", "Compiler", "Drift", "Export", "Reports", "Gate", "Ledger",
                "Recorder", "Witness",
            ]),
        // Measures; run by Benchmarks, not shipped.
        .executableTarget(
            name: "packet-space-benchmark", dependencies: ["PacketSpace"], path: "Benchmarks/packet-space"),
        .executableTarget(
            name: "ledger-benchmark", dependencies: ["Ledger", "JSON", "CCrypto"], path: "Benchmarks/ledger"),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Host", "Policy", "Nftables", "CLinux"], path: "Tests/TestSupport",
            exclude: ["Scripts"]),
        .testTarget(name: "HostTests", dependencies: ["Host", "Policy", "TestSupport"]),
        .testTarget(name: "PolicyTests", dependencies: ["Policy", "Host", "TestSupport"], exclude: ["Oracles"]),
        .testTarget(name: "NftablesTests", dependencies: ["Nftables", "TestSupport"]),
        .testTarget(
            name: "CompilerTests", dependencies: ["Compiler", "Policy", "Nftables", "TestSupport"],
            exclude: ["Fixtures", "Payloads"]),
        .testTarget(
            name: "DriftTests", dependencies: ["Drift", "PacketSpace", "Compiler", "Policy", "Nftables", "TestSupport"]),
        .testTarget(name: "PacketSpaceTests", dependencies: ["PacketSpace", "TestSupport"]),
        .testTarget(name: "ReportsTests", dependencies: ["Reports", "Drift", "Policy", "Nftables", "TestSupport"]),
        .testTarget(
            name: "GateTests",
            dependencies: ["Gate", "Drift", "Host", "JSON", "Policy", "Nftables", "Compiler", "CLinux", "TestSupport"],
            exclude: ["HostileRulesets", "Rulesets"]),
        .testTarget(
            name: "LedgerTests", dependencies: ["Ledger", "Host", "JSON", "Policy", "TestSupport"], exclude: ["Oracles"]
        ),
        .testTarget(
            name: "SinksTests", dependencies: ["Sinks", "Ledger", "Host", "JSON", "TestSupport"],
            exclude: ["Servers"]),
        .testTarget(
            name: "WitnessTests", dependencies: ["Witness", "Ledger", "Host", "JSON", "TestSupport"],
            exclude: ["Oracles"]),
        .testTarget(name: "ExportTests", dependencies: ["Export", "JSON"], exclude: ["Fixtures"]),
        .testTarget(name: "RecorderTests", dependencies: ["Recorder", "Host", "Policy", "TestSupport"]),
        .testTarget(name: "HandshakeTests", dependencies: ["Handshake"], exclude: ["Captures"]),
        .testTarget(name: "CommandTests", dependencies: ["Host", "JSON", "Ledger", "Policy", "TestSupport"]),
        .testTarget(
            name: "KernelTests",
            dependencies: ["Gate", "Drift", "Compiler", "Host", "Policy", "Nftables", "CLinux", "TestSupport"],
            exclude: ["RequestScripts", "Rulesets"]),
    ],
    swiftLanguageModes: [.v6]
)

// One place for the settings of every Swift target.
let targetsWithoutC: Set<String> = ["Compiler", "Drift", "Export", "JSON", "PacketSpace", "Reports", "Nftables"]
for target in package.targets where target.type != .system && !["CLinux", "CNftCache"].contains(target.name) {
    var settings = target.swiftSettings ?? []
    settings += [
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if targetsWithoutC.contains(target.name) { settings.append(.strictMemorySafety()) }
    if target.type != .test && target.name != "TestSupport" {
        // No use of regular expressions or tasks goes unnoticed: one brings a megabyte of their libraries into the program.
        settings.append(
            .unsafeFlags([
                "-Xfrontend", "-disable-implicit-string-processing-module-import",
                "-Xfrontend", "-disable-implicit-concurrency-module-import",
            ]))
        if ["Drift", "PacketSpace"].contains(target.name) {
            // Diagrams live in one object that one thread owns; asking at every node whether somebody else writes it took a
            // quarter of the time.
            settings.append(.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)))
        }
        if ["Drift", "JSON", "Ledger", "PacketSpace", "Recorder"].contains(target.name) {
            // Every apply of a test is proved, a ledger is verified after each of thousands of attacks, and without
            // optimization a loop of the recorder allocates; it takes many times as long, too.
            settings.append(.unsafeFlags(["-O"], .when(configuration: .debug)))
        }
    }
    target.swiftSettings = settings
    if target.type == .executable {
        target.linkerSettings = [
            .unsafeFlags(
                [
                    "-static-stdlib", "-Xlinker", "--gc-sections",
                    // No shared C++ runtime either: loading it took a third of the start-up. lld, because the order of
                    // the archives does not matter to it; the folder holds a linker script that names the archive.
                    "-use-ld=lld", "-Xlinker", "--icf=safe", "-Xclang-linker", "-static-libgcc",
                    "-L\(Context.packageDirectory)/scripts/static-libstdc++",
                    "-Xlinker", "-T", "-Xlinker", "\(Context.packageDirectory)/scripts/link/no-unwind-tables.ld",
                    // Relocations in the dense form of glibc 2.36; nothing is loaded into the program that asks for its symbols.
                    "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs", "-Xlinker", "--no-export-dynamic",
                ], .when(configuration: .release))
        ]
    }
    if target.name == "portgate-nft" {
        // The two functions of CNftCache that stand before libmnl's.
        let exported = ["mnl_socket_sendto", "mnl_socket_recvfrom"]
        target.linkerSettings?.append(
            .unsafeFlags(exported.flatMap { ["-Xlinker", "--export-dynamic-symbol=\($0)"] }))
    }
}
