import Glibc
import SuiteFixture

/// Runs `body` with the loopback address as the system's calls want it.
private func withLoopback<Value>(
    port: Int, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Value
) -> (value: Value, port: Int) {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let value = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &length) }
    }
    return (value, Int(UInt16(bigEndian: address.sin_port)))
}

/// A listening socket on a port that was free.
func listenOnLoopback() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let (result, port) = withLoopback(port: 0) { address, length in
        bind(descriptor, address, length) == 0 && listen(descriptor, 16) == 0
            ? getsockname(descriptor, address, &length) : -1
    }
    guard result == 0 else { throw FixtureError("no free port: error \(errno)") }
    return (descriptor, port)
}

/// A connection to a port of the loopback address.
func connectToLoopback(port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let (result, _) = withLoopback(port: port) { address, length in connect(descriptor, address, length) }
    guard result == 0 else {
        close(descriptor)
        throw FixtureError("nobody listens at \(port)")
    }
    return descriptor
}

/// Runs `body` on a thread of its own.
func inBackground(_ body: @escaping @Sendable () -> Void) throws {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { argument in
            if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
            return nil
        }, box.toOpaque())
    guard result == 0 else {
        box.release()
        throw FixtureError("no thread: error \(result)")
    }
    pthread_detach(thread)
}

/// Makes a certificate authority and, signed by it, a server's certificate for `localhost` and 127.0.0.1: `ca.crt`,
/// `server.crt` and `server.key` below `directory`; and `other-ca.crt`, which has signed nothing.
func makeCertificates(in directory: String) throws {
    let script = """
        cd "$1" && exec 2>openssl.log
        for ca in ca other-ca; do
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "/CN=Test $ca" \\
                -addext basicConstraints=critical,CA:TRUE -keyout $ca.key -out $ca.crt || exit 1
        done
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \\
            -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout server.key -out server.csr || exit 1
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' >server.ext
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext \\
            -out server.crt || exit 1
        chmod 600 server.key; chmod 644 *.crt
        """
    let outcome = Command.run("/bin/sh", ["-c", script, "sh", directory])
    guard outcome.status == 0 else {
        throw FixtureError("no certificates: \(outcome.output)\(contents(of: directory + "/openssl.log"))")
    }
}

/// Runs a program and throws what it printed if it fails.
@discardableResult
func run(_ program: String, _ arguments: [String]) throws -> String {
    let outcome = Command.run(program, arguments)
    guard outcome.status == 0 else { throw FixtureError("\(program): \(outcome.output)") }
    return outcome.output
}
