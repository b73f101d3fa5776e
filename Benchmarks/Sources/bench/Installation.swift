import Foundation

/// Where the programs are, and where what a benchmark leaves behind goes.
struct Installation {
    /// The release build of the suite.
    let binaries: URL
    /// Empty when it begins.
    let scratch: URL
    let floor: String
    let load: String

    init(binaries: URL, scratch: URL) throws {
        self.binaries = binaries
        self.scratch = scratch
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        floor = own.appendingPathComponent("floor").path
        load = own.appendingPathComponent("load").path
        try? FileManager.default.removeItem(at: scratch)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    }

    var postern: String { binaries.appendingPathComponent("postern").path }

    func log(_ name: String) -> URL { scratch.appendingPathComponent("\(name).log") }
}
