import Host
import Policy
import Reports

/// Writes a report, or a document of a command's own, in every format asked for.
struct Publisher {
    let requests: [OutputRequest]
    let console: Console

    /// Writes a report. Warnings count as failures in JUnit when `isStrict`.
    func publish(_ report: Report, isStrict: Bool = false) throws {
        try publish { format, style in
            switch format {
            case .json: JSONReport.render(report)
            case .sarif: SARIFReport.render(report, version: Tool.version)
            case .github: GitHubReport.render(report)
            case .junit: JUnitReport.render(report, failing: isStrict ? .warning : .error)
            case .tap: TAPReport.render(report)
            case .text, .line, .markdown, .plan, .html, .prometheus: TextReport.render(report, style: style)
            }
        }
    }

    /// Writes the document that `render` makes of each format; files first, standard output last. Colour is for a terminal.
    func publish(_ render: (_ format: OutputFormat, _ style: TextStyle) throws -> [UInt8]) throws {
        for request in requests {
            guard let path = request.path else { continue }
            let document = try render(request.format, .plain)
            do throws(HostError) {
                try OutputFile.write(document, to: path)
            } catch {
                throw CommandFailure(.incomplete, error.description)
            }
        }
        for request in requests where request.path == nil {
            try console.write(render(request.format, console.usesColour ? .coloured : .plain))
        }
    }
}
