import NIOCore
import PostfixProtocol
import ServiceProtocol
import ServiceTransport
import Testing

@testable import Frontend

@Suite struct UpkeepScheduleTests {
    private static let first = "ask greylist: request=upkeep"

    @Test func aRunWithoutNeeds() {
        var dialog = UpkeepDialog()
        #expect(dialog.pause == nil)
        dialog.offer("greylist")
        #expect(dialog.wake() == [])
        #expect(dialog.waitUntilDue() == [Self.first])
        #expect(dialog.reply("done=60") == ["done greylist"])
        #expect(dialog.wake() == [])
        #expect(dialog.waitUntilDue() == [Self.first])
    }

    @Test func aRunThatSomebodyWantsIsDueAtOnce() {
        var dialog = UpkeepDialog()
        #expect(dialog.hasten("greylist") == false)
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        // One is under way, which may have come past what was changed.
        #expect(dialog.hasten("greylist") == true)
        #expect(dialog.wake() == [])
        #expect(dialog.reply("done=3600") == ["done greylist"])
        #expect(dialog.wake() == [Self.first])
        #expect(dialog.reply("done=3600") == ["done greylist"])
        #expect(dialog.wake() == [])
        #expect(dialog.hasten("greylist") == true)
        #expect(dialog.wake() == [Self.first])
    }

    @Test func factsAreFetchedAndTheServiceIsAskedAgain() {
        var dialog = UpkeepDialog(providers: ["networks": "reputation", "country": "geo"])
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        #expect(
            dialog.reply("need=networks:a.example country:a.example networks:b.example", "cursor=b") == [
                "ask reputation: request=fact names=networks:a.example networks:b.example",
                "ask geo: request=fact names=country:a.example",
            ])
        #expect(dialog.reply("fact.networks:a.example=192.0.2.0/24") == [])
        #expect(
            dialog.reply("fact.country:a.example=DE") == [
                "ask greylist: request=upkeep cursor=b fact.country:a.example=DE "
                    + "fact.networks:a.example=192.0.2.0/24 fact.networks:b.example=unknown"
            ])
        // Only what was asked for last comes along.
        #expect(dialog.reply("need=networks:c.example") == ["ask reputation: request=fact names=networks:c.example"])
        #expect(
            dialog.reply("fact.networks:c.example=x", "fact.networks:z.example=y") == [
                "ask greylist: request=upkeep fact.networks:c.example=x"
            ])
        #expect(dialog.reply("done=3600") == ["done greylist"])
    }

    @Test(arguments: AskFailure.allCases) func factsThatFailAreUnknown(_ failure: AskFailure) {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        _ = dialog.reply("need=networks:a.example")
        #expect(dialog.fail(failure) == ["ask greylist: request=upkeep fact.networks:a.example=unknown"])
    }

    @Test func whatNobodyProvidesIsUnknownAtOnce() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        #expect(
            dialog.reply("need=colour:a.example networks:[192.0.2.1]") == [
                "ask greylist: request=upkeep fact.colour:a.example=unknown fact.networks:[192.0.2.1]=unknown"
            ])
    }

    @Test(arguments: [
        ("error=no database", "no database"), ("verdict.x=none", "the reply could not be used"),
        ("need=", "the reply could not be used"), ("done=never", "the reply could not be used"),
    ]) func aBadReplyIsAFailure(_ line: String, _ text: String) {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        #expect(dialog.reply(line) == ["failed greylist: \(text)"])
    }

    @Test func askingAgainForAFactIsAFailure() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        _ = dialog.reply("need=networks:a.example")
        _ = dialog.fail(.expired)
        #expect(dialog.reply("need=networks:a.example") == ["failed greylist: asked again for a fact it was given"])
    }

    @Test func roundsAreBounded() {
        var dialog = UpkeepDialog { $0.rounds = 3 }
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        for round in 1...3 {
            _ = dialog.reply("need=networks:d\(round).example")
            #expect(dialog.fail(.expired).first?.hasPrefix(Self.first) == true)
        }
        #expect(dialog.reply("need=networks:d4.example") == ["failed greylist: needs facts more than 3 times"])
    }

    /// Logged once; tried again after a growing pause, but at least as often as usual.
    @Test func aFailureIsTriedAgainLater() throws {
        var dialog = UpkeepDialog()
        dialog.offer("greylist", every: 60)
        _ = dialog.waitUntilDue()
        #expect(dialog.fail(.expired) == ["failed greylist: expired"])
        for seconds in [10, 20, 40, 60, 60] {
            let pause = try #require(dialog.pause)
            #expect((seconds * 900...seconds * 1_100).contains(pause), "\(seconds)")
            #expect(dialog.waitUntilDue() == [Self.first])
            #expect(dialog.fail(.breakerOpen) == ["failed again greylist: left-alone"])
        }
        _ = dialog.waitUntilDue()
        #expect(dialog.reply("done=60") == ["recovered greylist"])
        _ = dialog.waitUntilDue()
        #expect(dialog.fail(.expired) == ["failed greylist: expired"])
    }

    @Test func aRunHasALimit() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        let start = dialog.now
        #expect(dialog.open.first?.ask.expires == start.advanced(byMilliseconds: 10_000))
        for round in 1...12 {
            dialog.now = start.advanced(byMilliseconds: round * 10_000 - 1)
            _ = dialog.reply("need=networks:d\(round).example")
            #expect(dialog.open.first?.ask.expires ?? dialog.now <= start.advanced(byMilliseconds: 120_000))
            if round == 12 { break }
            _ = dialog.reply("fact.networks:d\(round).example=x")
        }
        dialog.now = start.advanced(byMilliseconds: 120_000)
        #expect(dialog.fail(.expired) == ["failed greylist: takes longer than 120 s"])
    }

    /// A question whose client was replaced may never be answered.
    @Test func aRunEndsAlsoWhenNobodyAnswers() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        #expect(dialog.pause == 11_000)
        #expect(dialog.waitUntilDue() == ["cancel greylist", "failed greylist: expired"])
        #expect(dialog.waitUntilDue() == [Self.first])
        _ = dialog.reply("need=networks:a.example")
        #expect(
            dialog.waitUntilDue() == [
                "cancel reputation", "ask greylist: request=upkeep fact.networks:a.example=unknown",
            ])
    }

    @Test func aBusyFrontendPutsItOff() throws {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        #expect(dialog.waitUntilDue(isBusy: true) == [])
        #expect((2_500...5_000).contains(try #require(dialog.pause)))
        #expect(dialog.waitUntilDue() == [Self.first])
    }

    @Test func withdrawnWorkIsCancelled() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        let token = dialog.open[0].ask.token
        #expect(dialog.withdraw("greylist") == ["cancel greylist"])
        #expect(dialog.pause == nil)
        #expect(dialog.deliver(.failed(.expired), token) == [])
        #expect(dialog.withdraw("greylist") == [])
    }

    @Test func aLateOutcomeOfAnEarlierRunIsIgnored() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        let token = dialog.open[0].ask.token
        _ = dialog.fail(.expired)
        _ = dialog.waitUntilDue()
        #expect(dialog.deliver(.failed(.expired), token) == [])
        #expect(dialog.reply("done=60") == ["recovered greylist"])
    }

    /// A service that says hello again keeps its turn; a more eager one gets an earlier one.
    @Test func anotherHelloKeepsTheTurn() throws {
        var dialog = UpkeepDialog()
        dialog.offer("greylist", every: 3_600)
        _ = dialog.waitUntilDue()
        _ = dialog.reply("done=3600")
        let before = try #require(dialog.pause)
        dialog.offer("greylist", every: 7_200)
        #expect(dialog.pause == before)
        dialog.offer("greylist", every: 60)
        #expect(try #require(dialog.pause) <= 66_000)
    }

    /// Frontends with different seeds begin at different times, and so do the services of one; no run is early by more
    /// than a tenth.
    @Test func runsAreSpreadInTime() throws {
        var firsts: Set<Int> = [], nexts: Set<Int> = []
        for seed in 0..<50 as Range<UInt64> {
            var dialog = UpkeepDialog(seed: seed)
            dialog.offer("greylist")
            let first = try #require(dialog.pause)
            #expect((500...5_000).contains(first))
            firsts.insert(first)
            _ = dialog.waitUntilDue()
            _ = dialog.reply("done=3600")
            let next = try #require(dialog.pause)
            #expect((3_240_000...3_960_000).contains(next))
            nexts.insert(next)
        }
        #expect(firsts.count > 40)
        #expect(nexts.count > 40)
        #expect(try #require(nexts.max()) - #require(nexts.min()) > 360_000)
    }

    @Test func servicesRunBesideEachOther() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        dialog.offer("throttle")
        dialog.now = dialog.now.advanced(byMilliseconds: 5_000)
        #expect(Set(dialog.wake()) == [Self.first, "ask throttle: request=upkeep"])
        #expect(Set(dialog.open.map(\.ask.token)).count == 2)
        #expect(Set(dialog.reply("done=60") + dialog.reply("done=60")) == ["done greylist", "done throttle"])
    }

    @Test func itsTokensAreNobodyElses() {
        var dialog = UpkeepDialog()
        dialog.offer("greylist")
        _ = dialog.waitUntilDue()
        #expect(dialog.open.allSatisfy { UpkeepSchedule.owns($0.ask.token) })
        var lookups = LookupEngine()
        var actions: [LookupEngine.Action] = []
        lookups.receive(map: "srs-forward", key: "a@x.example", tag: 0, now: dialog.now, actions: &actions)
        lookups.receive(map: "srs-forward", key: "postmaster", tag: 0, now: dialog.now, actions: &actions)
        for case .ask(_, let ask) in actions { #expect(!UpkeepSchedule.owns(ask.token)) }
        #expect(actions.count == 2)
    }
}
