public import Policy

extension Files {
    /// How the policy's loader gets at the files of this host. `-` is standard input.
    public static let sourceReader = SourceReader(
        kind: { path in
            if path == "-" { return .success(.file) }
            do throws(Errno) {
                switch try Files.kind(of: path) {
                case .file: return .success(.file)
                case .pipe: return .success(.pipe)
                case .folder: return .success(.folder)
                case .other: return .failure(.notAFile)
                }
            } catch {
                return .failure(SourceReader.Failure(error))
            }
        },
        read: { path, limit in
            do throws(ReadFailure) {
                return .success(
                    try path == "-" ? BoundedReading.standardInput(limit) : BoundedReading.read(path, limit: limit))
            } catch {
                return .failure(SourceReader.Failure(error))
            }
        },
        list: { path in
            do throws(Errno) {
                return .success(try Folder.names(in: path))
            } catch {
                return .failure(SourceReader.Failure(error))
            }
        })
}

extension SourceReader.Failure {
    fileprivate init(_ error: ReadFailure) {
        switch error {
        case .system(let errno): self.init(errno)
        case .notAFile, .notRegular: self = .notAFile
        case .tooLarge(let limit): self = .tooLarge(limit: limit)
        }
    }

    fileprivate init(_ errno: Errno) {
        switch errno {
        case .notFound: self = .notFound
        case .permissionDenied, .notPermitted: self = .notPermitted
        default: self = .other(errno.description)
        }
    }
}
