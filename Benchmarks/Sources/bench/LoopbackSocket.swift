import Foundation

/// A blocking socket on this host, for what is asked once.
struct LoopbackSocket {
    private let descriptor: Int32

    /// - Throws: when nobody listens there.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        try connect(&address, to: path)
    }

    /// - Throws: when nobody listens there.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        try connect(&address, to: "port \(port)")
    }

    private func connect<Address>(_ address: inout Address, to name: String) throws {
        let result = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                Glibc.connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard result == 0 else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw Program.Failure(description: "connect to \(name): \(reason)")
        }
    }

    /// Sends a request and waits for the empty line behind its answer.
    func ask(_ request: String) throws -> String {
        _ = request.utf8.withContiguousStorageIfAvailable { send(descriptor, $0.baseAddress, $0.count, 0) }
        var answer: [UInt8] = []
        var bytes = [UInt8](repeating: 0, count: 4_096)
        while !answer.suffix(2).elementsEqual("\n\n".utf8) {
            let count = recv(descriptor, &bytes, bytes.count, 0)
            guard count > 0 else { throw Program.Failure(description: "no answer to \(request.prefix(60))") }
            answer += bytes.prefix(count)
        }
        return String(decoding: answer, as: UTF8.self)
    }

    func close() {
        Glibc.close(descriptor)
    }

    /// A port of this host that nobody uses.
    static func unusedPort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { pointer in
                bind(descriptor, pointer.baseAddress, length) == 0
                    && getsockname(descriptor, pointer.baseAddress, &length) == 0
            }
        }
        guard result else { throw Program.Failure(description: "no port to be had") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}
