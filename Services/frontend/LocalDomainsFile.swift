internal import Glibc
internal import ServiceRuntime

/// Where the last known list of local domains outlives the process. Every call blocks.
struct LocalDomainsFile: Sendable {
    let path: String

    init(stateDirectory: String) {
        path = "\(stateDirectory)/local-domains"
    }

    /// The list; nil when there is no file.
    /// - Throws: ``SystemError``, or ``LastKnownDomains/Damage``.
    func read() throws -> LastKnownDomains? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw SystemError("open \(path)", code: errno) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw SystemError("read \(path)", code: EINVAL)
        }
        return try LastKnownDomains(parsing: String(decoding: readAll(descriptor), as: UTF8.self))
    }

    private func readAll(_ descriptor: CInt) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= LastKnownDomains.maximumFileSize {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemError("read \(path)", code: errno)
            }
            bytes += chunk[..<count]
        }
        throw SystemError("read \(path)", code: EFBIG)
    }

    /// Replaces the list: who reads finds the old one or the new one, also after a crash.
    func write(_ domains: LastKnownDomains) throws(SystemError) {
        // Two frontends may share the directory.
        let temporary = "\(path).\(getpid())"
        do throws(SystemError) {
            try writeAll(Array(domains.text.utf8), to: temporary)
            guard rename(temporary, path) == 0 else { throw SystemError("rename \(temporary)", code: errno) }
        } catch {
            unlink(temporary)
            throw error
        }
    }

    private func writeAll(_ bytes: [UInt8], to temporary: String) throws(SystemError) {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SystemError("write \(temporary)", code: errno) }
        defer { close(descriptor) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError("write \(temporary)", code: errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw SystemError("write \(temporary)", code: errno) }
    }
}
