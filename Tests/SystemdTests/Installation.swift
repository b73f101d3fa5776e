import SuiteFixture

/// What `make install` puts on a machine, made once for all tests.
enum Installation {
    /// The directory, or why there is none.
    static let directory: Result<String, FixtureError> = {
        let path = "\(Suite.binaries)/SystemdTests.installation"
        _ = Command.run("/bin/rm", ["-rf", path])
        let made = Command.run(
            "/usr/bin/make", ["-C", Repository.path, "install", "DESTDIR=\(path)", "BINARIES=\(Suite.binaries)"])
        return made.status == 0 ? .success(path) : .failure(FixtureError("make install: \(made.output)"))
    }()

    /// The unit files.
    static var units: String { "/usr/lib/systemd/system" }
}
