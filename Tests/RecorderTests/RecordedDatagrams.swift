import Foundation

@testable import Recorder

/// Datagrams that a kernel sent, which are the seeds of the fuzz targets, too.
enum RecordedDatagrams {
    static let nflog = read("nflog")
    static let conntrack = read("conntrack")

    private static func read(_ name: String) -> [[UInt8]] {
        let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .appendingPathComponent("../../Fuzz/Corpus/\(name)").standardizedFileURL
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.filter { $0.lastPathComponent.hasPrefix("datagram-") }
            .compactMap { (try? Data(contentsOf: $0)).map { [UInt8]($0) } }
    }
}

extension Recorder {
    /// A recorder whose clock stands at a moment about when the datagrams were recorded.
    static func sample(
        limits: RecorderLimits = .small, context: RecordContext = RecordContext(),
        handshakes: (any HandshakeObserver)? = nil
    ) -> Recorder {
        Recorder(limits: limits, context: context, seed: HashSeed(1, 2), clock: .sample, handshakes: handshakes) {
            number in
            number == 1 ? UInt128(0x6c6f) << 112 : number < 1_000 ? UInt128(0x6530) << 112 : 0
        }
    }

    /// The lines that were written since the last call.
    mutating func takeLines() throws -> [Line] {
        var bytes: [UInt8] = []
        drain { lines, _ in for place in lines.indices { bytes.append(lines[place]) } }
        return try Line.read(bytes)
    }
}

extension RecorderLimits {
    static var small: RecorderLimits {
        var limits = RecorderLimits()
        (limits.connections, limits.prefixes, limits.deniedSources) = (64, 64, 16)
        limits.lineBytes = 1 << 20
        return limits
    }
}

extension RecorderClock {
    /// 2026-11-22T06:34:20Z.
    static let sample = RecorderClock(realtime: 1_795_329_260_000_000_000, boottime: 1_000_000_000_000)

    /// This moment and so many seconds.
    func plus(_ seconds: Double) -> RecorderClock {
        RecorderClock(realtime: realtime + Int64(seconds * 1e9), boottime: boottime + Int64(seconds * 1e9))
    }
}
