import PostfixProtocol
import SQLStore
import ServiceProtocol
import SuiteFixture
import Testing

@testable import Throttle

@Suite struct ThrottleVerbTests {
    private let setting = ["what": "setting", "account": "@one.test", "kind": "outbound"]

    @Test(arguments: Engine.allCases) func settings(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        let values = ["period": "60", "max-msgs": "5", "max-quota": "0"]
        #expect(await harness.verb("set", setting.merging(values) { $1 }) == .done)
        #expect(
            await harness.verb("list", ["what": "settings"])
                == .done(
                    columns: [
                        "id", "account", "kind", "priority", "period", "msg_size", "max_msgs", "max_quota", "max_rcpts",
                    ], rows: [["1", "@one.test", "outbound", "60", "60", "-1", "5", "0", "-1"]], next: nil))
        // What is not named stays.
        #expect(await harness.verb("set", setting.merging(["max-rcpts": "7", "max-quota": "-1"]) { $1 }) == .done)
        #expect(
            await harness.rows(["what": "settings", "account": "@ONE.test", "kind": "outbound"])
                == [["1", "@one.test", "outbound", "60", "60", "-1", "5", "-1", "7"]])
        #expect(await harness.rows(["what": "settings", "kind": "inbound"]).isEmpty)
        #expect(await harness.rows(["what": "settings", "account": "@."]).isEmpty)
        #expect(
            await harness.rows(["what": "settings", "after": "1"]).isEmpty)
    }

    @Test(arguments: Engine.allCases) func aNewSettingNeedsAPeriodAndALimit(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        #expect(
            await harness.verb("set", setting.merging(["max-msgs": "5"]) { $1 })
                == .failed("a new setting needs period="))
        for limits in [[:], ["max-msgs": "-1"]] {
            let arguments = setting.merging(["period": "60"]) { $1 }.merging(limits) { $1 }
            #expect(
                await harness.verb("set", arguments)
                    == .failed("a new setting needs msg-size=, max-msgs=, max-quota= or max-rcpts="))
        }
        #expect(await harness.rows(["what": "settings"]).isEmpty)
    }

    @Test(arguments: Engine.allCases) func badVerbs(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        #expect(await harness.verb("explode", ["what": "settings"]) == .failed("unknown verb explode"))
        #expect(
            await harness.verb("delete", setting) == .failed("there is no outbound setting for @one.test"))
        // Nothing was changed, so nothing is to be audited.
        #expect(harness.lines.all.isEmpty)
    }

    @Test(arguments: Engine.allCases) func changesAreAuditedAndTakeEffectAtOnce(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        #expect(await harness.ask(request()).text == "none")
        _ = await harness.verb("set", setting.merging(["period": "60", "max-msgs": "1"]) { $1 })
        #expect(await harness.ask(request()).text == "none")
        #expect(await harness.ask(request()).text == overQuota)
        _ = await harness.verb("delete", setting)
        #expect(await harness.ask(request()).text == "none")
        #expect(
            harness.lines.all == [
                "notice: audit: uid=0 verb=set account=@one.test kind=outbound max-msgs=1 period=60 what=setting",
                "notice: audit: uid=0 verb=delete account=@one.test kind=outbound what=setting",
            ])
    }

    @Test(arguments: Engine.allCases) func deletingASettingRemovesItsCounters(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        for account in ["@one.test", "@two.test"] {
            let values = ["account": account, "period": "60", "max-msgs": "9"]
            _ = await harness.verb("set", setting.merging(values) { $1 })
        }
        _ = await harness.ask(request())
        _ = await harness.ask(request([.saslUsername: "b@two.test"]))
        #expect(await harness.verb("delete", setting) == .done)
        #expect(await harness.counts() == ["b@two.test": ["1", "100"]])
        let stored = try harness.place.query("SELECT account FROM \(harness.place.counters)")
        #expect(stored == [[.text("b@two.test")]])
        // The id is not used again, so no old counter can meet the new setting.
        _ = await harness.verb("set", setting.merging(["period": "60", "max-msgs": "9"]) { $1 })
        #expect(await harness.rows(["what": "settings", "account": "@one.test"]).first?.first == "3")
    }

    @Test(arguments: Engine.allCases) func counters(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        for kind in ["outbound", "inbound"] {
            let values = ["account": "@.", "kind": kind, "period": "60", "max-msgs": "9"]
            _ = await harness.verb("set", setting.merging(values) { $1 })
        }
        _ = await harness.ask(request([.saslUsername: "Operator"]))
        _ = await harness.ask(request([.saslUsername: "", .clientAddress: "127.0.0.1"]))
        let rows = await harness.rows(["what": "tracking", "account": "A@one.test"])
        #expect(rows.map { Array($0[0...6]) } == [["a@one.test", "outbound", "1", "@.", "60", "1", "100"]])
        let start = rows.first?[7] ?? ""
        #expect(rows.first?[7...] == [start, start, "0"])
        #expect(start == "\(FakeClock.start)" || engine != .sqlite)
        #expect(
            await harness.rows(["what": "tracking", "kind": "outbound"]).map { $0[0] }.sorted() == [
                "a@one.test", "operator",
            ])
        #expect(await harness.rows(["what": "tracking", "kind": "inbound"]).map { $0[0] } == ["r@home.test"])
        let removed = AdminReply.done(columns: ["removed"], rows: [["1"]], next: nil)
        #expect(await harness.verb("delete", ["what": "tracking", "account": "OPERATOR"]) == removed)
        #expect(await harness.counts().keys.sorted() == ["a@one.test", "r@home.test"])
    }

    @Test(arguments: Engine.allCases) func pages(engine: Engine) async throws {
        let harness = try Harness(engine: engine)
        _ = await harness.verb("set", setting.merging(["account": "@.", "period": "60", "max-msgs": "9"]) { $1 })
        await withDiscardingTaskGroup { group in
            for number in 0..<900 {
                group.addTask { _ = await harness.ask(request([.saslUsername: "u\(number)@one.test"])) }
            }
        }
        var arguments = ["what": "tracking"]
        var accounts: Set<String> = []
        var sizes: [Int] = []
        while case .done(_, let rows, let next) = await harness.verb("list", arguments) {
            accounts.formUnion(rows.map { $0[0] })
            sizes.append(rows.count)
            guard let next else { break }
            arguments["after"] = next
        }
        #expect(accounts.count == 900)
        #expect(sizes == [800, 100])
    }
}
