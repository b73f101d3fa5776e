import SuiteFixture
import Testing

/// The files of deploy/ beside each other.
@Suite struct DeployedFileTests {
    private static let deploy = "\(Repository.path)/deploy"

    private static func units() -> [String: String] {
        let names = Command.run("/bin/ls", ["\(deploy)/systemd"]).output.split(separator: "\n").map(String.init)
        let files = names.filter { $0.hasSuffix(".service") || $0.hasSuffix(".socket") }
        return Dictionary(uniqueKeysWithValues: files.map { ($0, contents(of: "\(deploy)/systemd/\($0)")) })
    }

    private static func values(_ key: String, in text: String) -> [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("\(key)=") }.map { String($0.dropFirst(key.count + 1)) }
    }

    @Test func everyAddressInTheSnippetIsAListener() {
        let listeners = Self.units().values.flatMap { Self.values("ListenStream", in: $0) }
        let snippet = contents(of: "\(Self.deploy)/postfix/main.cf.snippet")
        let paths = snippet.matches(of: /unix:(postern\/[a-z]+)/).map { "/var/spool/postfix/\($0.1)" }
        #expect(Set(paths) == ["/var/spool/postfix/postern/policy", "/var/spool/postfix/postern/socketmap"])
        let ports = snippet.matches(of: /(inet|tcp):(127\.0\.0\.1:\d+)/).map { String($0.2) }
        #expect(Set(ports) == ["127.0.0.1:7777", "127.0.0.1:7778", "127.0.0.1:7779"])
        for address in paths + ports { #expect(listeners.contains(address), "\(address)") }
    }

    @Test func everySocketHasWhatKeepsItOpen() {
        for (name, text) in Self.units() where name.hasSuffix(".socket") {
            #expect(Self.values("Backlog", in: text) == ["4096"], "\(name)")
            #expect(Self.values("TriggerLimitIntervalSec", in: text) == ["0"], "\(name)")
            #expect(Self.values("StopPropagatedFrom", in: text) == ["postern.target"], "\(name)")
            #expect(Self.values("RemoveOnStop", in: text) == [] && Self.values("PartOf", in: text) == [], "\(name)")
            let isUnix = Self.values("ListenStream", in: text).allSatisfy { $0.hasPrefix("/") }
            #expect(Self.values("SocketMode", in: text) == (isUnix ? ["0660"] : []), "\(name)")
        }
    }

    /// A template says what the plain unit says.
    @Test func templatesDifferFromTheirServicesInNamesOnly() {
        let units = Self.units()
        let templates = units.keys.filter { $0.contains("@") }
        #expect(templates.count == 15)
        for name in templates {
            let plain = units[name.replacing("@", with: "")] ?? ""
            let template = (units[name] ?? "").replacing("@%i", with: "").replacing(", instance %i", with: "")
            #expect(template == plain, "\(name)")
        }
    }
}
