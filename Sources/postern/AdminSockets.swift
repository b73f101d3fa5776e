import Glibc
import ServiceProtocol

/// The admin sockets in the runtime directory: `greylist-admin.sock`, and `greylist@2-admin.sock` of an instance.
enum AdminSockets {
    /// The services that have one each, in the order in which a change reaches them: the frontend comes last.
    static let services = ["directory", "greylist", "throttle", "srs", "reputation", "frontend"]
    private static let suffix = "-admin.sock"

    /// The services and instances that can be asked; each service where the directory cannot be read.
    static func present(in directory: String) -> [String] {
        guard let names = names(in: directory) else { return services }
        let present = names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
        let known = services.flatMap { service in
            present.filter { $0 == service || $0.hasPrefix("\(service)@") }
        }
        // Nothing runs: then the first one that is asked says so.
        return known.isEmpty ? services : known
    }

    private static func names(in path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
