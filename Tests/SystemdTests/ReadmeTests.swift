import SuiteFixture
import Testing

extension WithSystemd {
    /// What the README tells who installs Postern.
    @Suite struct ReadmeTests {
        /// Each command but those of `make`, which every machine of these tests comes from.
        @Test func theCommandsDoWhatTheySay() throws {
            let machine = try Machine(configuration: contents(of: "\(Repository.path)/deploy/etc/postern.yaml"))
            try machine.require("systemctl", "disable", "--now", "postern.target")
            try machine.require("useradd", "anna")
            let commands = try Repository.readme(under: "Installing under systemd").filter { !$0.contains("make ") }
            for command in commands {
                let outcome = machine.run("bash", "-c", Self.asRoot(command))
                #expect(outcome.status == 0, "\(command): \(outcome.output)")
                if command.contains("enable --now") {
                    #expect(machine.ask(["protocol_state": "MAIL"]) == "DUNNO")
                    try machine.require("postern", "greylist", "list")
                } else if command.hasPrefix("systemctl list-units") {
                    #expect(outcome.output.contains("postern-greylist.service"), "\(outcome.output)")
                } else if command.hasPrefix("journalctl") {
                    #expect(outcome.output.contains("postern/frontend["), "\(outcome.output)")
                } else if command.contains("reload") {
                    let journal = machine.journal(of: "postern-greylist.service")
                    #expect(journal.contains("reloaded"), "\(journal)")
                } else if command.contains("restart") {
                    #expect(machine.ask(["protocol_state": "MAIL"]) == "DUNNO")
                }
            }
            #expect(commands.contains { $0.contains("disable --now") })
            #expect(eventually { Socket(machine.policy) == nil })
            #expect(try machine.require("id", "--name", "--groups", "anna").contains("postern-admin"))
        }

        /// On the machine there is nobody but root, and no sudo.
        private static func asRoot(_ command: String) -> String {
            command.hasPrefix("sudo ") ? String(command.dropFirst(5)) : command
        }
    }
}
