import Configuration
import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Greylist

@Suite struct GreylistConfigurationTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func defaults() throws {
        let read = try configuration("", directory: directory).greylist
        #expect(
            read.timing
                == GreylistTiming(blockFor: 900, unauthTripletExpires: 172_800, authTripletExpires: 2_592_000))
        #expect(read.refusal.text == "451 4.7.1 Intentional policy rejection, please try again later")
        #expect(!read.isTraining)
        #expect(!read.allWildcardIP)
        #expect(read.store == StoreConfiguration(path: directory.database))
    }

    @Test func everyKey() throws {
        let text = """
            message: Come back, block-for: 5m, auth-triplet-expires: 7d, unauth-triplet-expires: 12h,
             training-mode: true, all-wildcard-ip: true, database: /x/y.db
            """
        let read = try configuration(text, directory: directory).greylist
        #expect(
            read.timing == GreylistTiming(blockFor: 300, unauthTripletExpires: 43_200, authTripletExpires: 604_800))
        #expect(read.refusal.text == "451 4.7.1 Come back")
        #expect(read.isTraining)
        #expect(read.allWildcardIP)
        #expect(read.store == StoreConfiguration(path: "/x/y.db"))
    }

    @Test(
        arguments: [
            ("block-for: 8d", "block-for"), ("block-for: 900", "unit"), ("block-for: 2d", "unauth-triplet-expires"),
            ("auth-triplet-expires: 10m", "auth-triplet-expires"), ("training-mode: yes", "true"),
            ("database: greylist.db", "absolute path"), ("messsage: x", "message"),
            ("message: \"\(String(repeating: "x", count: 301))\"", "300 bytes"),
            ("database: /x/y.db, store: { path: /x/z.db }", "either this or store"),
            ("store: { engine: oracle }", "postgresql"),
            ("store: { engine: mariadb, path: /x/y.db }", "only for engine"),
        ])
    func faults(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationErrors.self) {
            try configuration(text, directory: directory)
        }
        #expect("\(String(describing: error))".contains(expected))
    }

    @Test(
        arguments: [
            ("store: { path: /x/y.db }", .sqlite), ("store: { engine: postgresql, user: greylist }", .postgresql),
            ("store: { engine: mariadb, host: db.example.com, tls: verify }", .mariadb),
        ] as [(String, StoreConfiguration.EngineName)])
    func stores(_ text: String, _ engine: StoreConfiguration.EngineName) throws {
        let read = try configuration(text, directory: directory).greylist
        #expect(read.store.engineName == engine)
        let normalised = ConfigurationNode(mapping: [("greylist", read.normalised())]).yaml()
        let again = try ConfigurationDocument(text: normalised, file: "again.yaml").read { top in
            GreylistConfiguration(from: top.mapping("greylist"), common: .init(from: top.mapping("common")))
        }
        #expect(again.store == read.store)
    }

    @Test func normalisedReadsBack() throws {
        let read = try configuration("block-for: 10m, message: \"a: b\"", directory: directory).greylist
        let text = ConfigurationNode(mapping: [("greylist", read.normalised())]).yaml()
        let again = try ConfigurationDocument(text: text, file: "again.yaml").read { top in
            GreylistConfiguration(from: top.mapping("greylist"), common: .init(from: top.mapping("common")))
        }
        #expect(again.normalised().yaml() == read.normalised().yaml())
        #expect(again.timing.blockFor == 600)
    }
}
