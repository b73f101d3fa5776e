import DNS
import MailTypes
import Testing

@testable import Reputation

@Suite struct ZoneHealthTests {
    private static let listed = ZoneAnswer.listed([.v4(0x7f00_0002)])

    @Test func aSoundListIsLookedAtNowAndThen() {
        var health = ZoneHealth()
        #expect(health.state == .unknown)
        #expect(health.beginsLook(now: 0) == true)
        #expect(health.beginsLook(now: 1) == false)
        #expect(health.conclude(listed: Self.listed, unlisted: .unlisted, now: 100) == nil)
        #expect(health.state == .sound)
        #expect(health.beginsLook(now: 600_000) == false)
        #expect(health.beginsLook(now: 600_100) == true)
    }

    @Test(arguments: [
        (ZoneAnswer.unlisted, ZoneAnswer.unlisted, "it does not list its test entry", 60_000),
        (listed, listed, "it lists what no list may list", 60_000),
        (.unlisted, listed, "it lists what no list may list", 60_000),
        (.failed(.timedOut), .unlisted, "no answer in time", 2_000),
        (listed, .failed(.refused), "the resolver failed or refused", 2_000),
        (.nonsense("it refuses"), .unlisted, "it refuses", 60_000),
    ])
    func anUnhealthyListIsSetAsideAndComesBack(first: ZoneAnswer, second: ZoneAnswer, reason: String, retry: Int) {
        var health = ZoneHealth()
        _ = health.beginsLook(now: 0)
        #expect(health.conclude(listed: first, unlisted: second, now: 0) == .setAside(reason))
        #expect(health.state == .setAside(reason))
        #expect(health.beginsLook(now: retry - 1) == false)
        #expect(health.beginsLook(now: retry) == true)
        // The same again is no news.
        #expect(health.conclude(listed: first, unlisted: second, now: retry) == nil)
        #expect(health.beginsLook(now: 2 * retry) == true)
        #expect(health.conclude(listed: Self.listed, unlisted: .unlisted, now: 2 * retry) == .isBack)
        #expect(health.state == .sound)
    }

    @Test func aRefusalInUseSetsItAside() {
        var health = ZoneHealth()
        _ = health.beginsLook(now: 0)
        _ = health.conclude(listed: Self.listed, unlisted: .unlisted, now: 0)
        #expect(health.refused("it refuses", now: 5) == .setAside("it refuses"))
        #expect(health.refused("it refuses", now: 6) == nil)
        #expect(health.beginsLook(now: 60_006) == true)
        // A refusal while a look is under way stands above what the look brings.
        _ = health.refused("it refuses", now: 60_007)
        #expect(health.conclude(listed: Self.listed, unlisted: .unlisted, now: 60_008) == nil)
        #expect(health.state == .setAside("it refuses"))
    }

    @Test(arguments: [
        (DNSAnswer.noSuchName, ZoneAnswer.unlisted), (.noRecords, .unlisted), (.failed(.timedOut), .failed(.timedOut)),
        (.records(.addresses([.v4(0x7f00_0002), .v4(0x7f00_0004)])), .listed([.v4(0x7f00_0002), .v4(0x7f00_0004)])),
        (.records(.addresses([.v4(0x7f00_0002), .v4(0xc000_0201)])), .listed([.v4(0x7f00_0002)])),
        (
            .records(.addresses([.v4(0x7fff_fffe)])),
            .nonsense("it refuses to answer this resolver (127.255.255.254)")
        ),
        (
            .records(.addresses([.v4(0x7f00_0002), .v4(0x7fff_ff01)])),
            .nonsense("it refuses to answer this resolver (127.255.255.1)")
        ),
        (.records(.addresses([.v4(0xc000_0201)])), .nonsense("it answers 192.0.2.1, which is no answer of a list")),
    ])
    func answers(answer: DNSAnswer, reading: ZoneAnswer) {
        #expect(ZoneAnswer(answer) == reading)
    }

    @Test(arguments: [
        (DNSAnswer.noSuchName, SenderScoreCheck.Answer.unknown), (.records(.addresses([.v4(0x7f00_0422)])), .score(34)),
        (.records(.addresses([.v4(0x7f00_0464)])), .score(100)), (.failed(.timedOut), .failed("no answer in time")),
        (.records(.addresses([.v4(0x7f00_0465)])), .failed("an answer that is no score")),
        (.records(.addresses([.v4(0x7f00_0022)])), .failed("an answer that is no score")),
        (.records(.addresses([.v4(0xc000_0222)])), .failed("an answer that is no score")),
    ])
    func scores(answer: DNSAnswer, reading: SenderScoreCheck.Answer) {
        #expect(SenderScoreCheck.Answer(answer) == reading)
    }
}
