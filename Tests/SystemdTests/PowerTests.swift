import Glibc
import SuiteFixture
import Testing

extension WithSystemd {
    /// Who may do what.
    @Suite struct PowerTests {
        private static let services = ["directory", "greylist", "reputation", "srs", "throttle"]

        @Test func onlyTheFrontendAsksServicesAndOnlyAdministratorsManageThem() throws {
            let machine = try Machine()
            func mayConnect(_ user: String, _ group: String, _ path: String) throws -> Bool {
                let arguments = Powers.of(user, groups: group) + Powers.connect(to: path)
                let outcome = machine.run("setpriv", arguments)
                if outcome.status != 0, outcome.output != "Permission denied\n" { throw FixtureError(outcome.output) }
                return outcome.status == 0
            }
            for service in Self.services {
                let check = "/run/postern/\(service).sock"
                let admin = "/run/postern/\(service)-admin.sock"
                #expect(try mayConnect("postern-frontend", "postern", check))
                #expect(try !mayConnect("postern-frontend", "postern", admin))
                #expect(try mayConnect("nobody", "postern-admin", admin))
                #expect(try !mayConnect("nobody", "postern-admin", check))
                for other in Self.services {
                    #expect(try !mayConnect("postern-\(other)", "postern-\(other)", check))
                    #expect(try !mayConnect("postern-\(other)", "postern-\(other)", admin))
                }
                #expect(try !mayConnect("nobody", "nogroup", check))
                #expect(try !mayConnect("nobody", "nogroup", admin))
            }
            for listener in ["policy", "socketmap"] {
                let path = "/var/spool/postfix/postern/\(listener)"
                #expect(try mayConnect("postfix", "postfix", path))
                #expect(try !mayConnect("nobody", "nogroup", path))
            }
            #expect(try mayConnect("nobody", "postern-admin", "/run/postern/frontend-admin.sock"))
            #expect(try !mayConnect("postfix", "postfix", "/run/postern/frontend-admin.sock"))
        }

        @Test func anAdministratorsChangeIsLoggedWithTheUser() throws {
            let machine = try Machine()
            let number = try machine.require("id", "-u", "nobody").filter(\.isNumber)
            try machine.require(
                "setpriv",
                Powers.of("nobody", groups: "postern-admin") + [
                    "postern", "throttle", "set", "--account", "@example.com", "--period", "60", "--max-msgs", "5",
                ])
            let journal = machine.journal(of: "postern-throttle.service")
            #expect(journal.contains("audit: uid=\(number) "), "\(journal)")
        }

        @Test func aServiceRunsAsItsOwnUserAndWritesNothingButItsState() throws {
            let machine = try Machine()
            try machine.require("postern", "status", "frontend")
            for service in Self.services { try machine.require("postern", "status", service) }
            for service in Self.services + ["frontend"] {
                let process = try #require(machine.process(of: "postern-\(service).service"))
                let user = try machine.require("id", "-u", "postern-\(service)").filter(\.isNumber)
                let status = contents(of: "/proc/\(process)/status").split(separator: "\n")
                #expect(status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)"), "\(service)")
                for capabilities in ["CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                    #expect(status.contains("\(capabilities):\t0000000000000000"), "\(service)")
                }
                #expect(status.contains("NoNewPrivs:\t1") && status.contains("Seccomp:\t2"))
                #expect(Self.writable(by: process) == ["/var/lib/postern/\(service)"], "\(service)")
            }
            let modes = try machine.require("stat", "-c", "%a %U", "/var/lib/postern/greylist/greylist.db")
            #expect(modes == "600 postern-greylist\n")
        }

        /// Directories, files and devices that a process may write to as it sees them, near the root.
        private static func writable(by process: pid_t) -> [String] {
            func number(_ kind: String) -> String {
                let line = contents(of: "/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix(kind) }
                return line?.split(separator: "\t").last.map(String.init) ?? ""
            }
            let found = Command.run(
                "/usr/bin/nsenter",
                ["-t", "\(process)", "-m", "-S", number("Uid:"), "-G", number("Gid:")]
                    + ["/usr/bin/find", "/", "-maxdepth", "4"]
                    + ["(", "-path", "/proc", "-o", "-path", "/sys", "-o", "-type", "l", ")", "-prune", "-o"]
                    + ["(", "-type", "d", "-o", "-type", "f", "-o", "-type", "b", ")", "-writable", "-print"])
            return found.output.split(separator: "\n").map(String.init).filter { !$0.hasSuffix("Permission denied") }
        }
    }
}
