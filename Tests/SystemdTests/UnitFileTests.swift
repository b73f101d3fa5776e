import SuiteFixture
import Testing

extension WithSystemd {
    /// systemd's own opinion of the unit files.
    @Suite struct UnitFileTests {
        /// The units as they are installed, templates as their instance 2.
        private static func units(of machine: Machine) throws -> [String] {
            let names = try machine.require("ls", Installation.units).split(separator: "\n").map(String.init)
            return names.filter { $0.hasPrefix("postern") && !$0.hasSuffix(".d") }
                .map { $0.replacing("@.", with: "@2.") }
        }

        @Test func systemdFindsNothingToComplainAbout() throws {
            let machine = try Machine()
            let units = try Self.units(of: machine)
            #expect(units.count == 38)
            let outcome = machine.run("systemd-analyze", ["verify", "--recursive-errors=yes"] + units)
            #expect(outcome.status == 0 && outcome.output == "", "\(outcome.output)")
        }

        /// Tenths: 6 is an overall exposure of 0.6.
        @Test func noServiceMayDoMoreThanItNeeds() throws {
            let machine = try Machine()
            for unit in try Self.units(of: machine) where unit.hasSuffix(".service") {
                let limit = unit.hasPrefix("postern-reputation") ? 13 : 6
                let outcome = machine.run(
                    "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=\(limit)",
                    "\(Installation.units)/\(unit)")
                #expect(outcome.status == 0, "\(unit): \(outcome.output.suffix(80))")
                let isConfined = outcome.output.contains("✓ PrivateNetwork=")
                #expect(isConfined != unit.hasPrefix("postern-reputation"), "\(unit)")
            }
        }

        @Test func theExampleForDatabasesOverTCPIsUnderstood() throws {
            let machine = try Machine()
            for unit in ["postern-greylist.service", "postern-throttle@2.service"] {
                let directory = "/etc/systemd/system/\(unit.replacing("@2", with: "@")).d"
                try machine.require(
                    "install", "-D", "-m", "0644", "/usr/share/doc/postern/examples/tcp-database.conf",
                    "\(directory)/tcp-database.conf")
                let outcome = machine.run("systemd-analyze", "verify", "--recursive-errors=yes", unit)
                #expect(outcome.status == 0 && outcome.output == "", "\(outcome.output)")
                let exposure = machine.run(
                    "systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=13", unit)
                #expect(exposure.status == 0, "\(exposure.output.suffix(80))")
            }
            try machine.require("systemctl", "daemon-reload")
            try machine.require("postern", "greylist", "list")
            #expect(machine.property("PrivateNetwork", of: "postern-greylist.service") == "no")
            #expect(
                machine.property("RestrictAddressFamilies", of: "postern-greylist.service")
                    == "AF_INET AF_INET6 AF_UNIX")
        }
    }
}
