import SuiteFixture
import Testing

extension WithPostfix {
    @Suite struct ForwardedMailTests {
        private static func isRewritten(_ sender: String) -> Bool {
            let form = /SRS0=[0-9A-Za-z+\/]{4,}=[0-9A-Z]{2}=foreign\.example=alice@srs\.example\.com/
            return sender.wholeMatch(of: form) != nil
        }

        @Test(arguments: MailSystem.Tables.allCases)
        func theSenderIsRewrittenAndABounceFindsItsWayBack(tables: MailSystem.Tables) throws {
            let system = try MailSystem(tables: tables)
            let client = try system.client(from: "203.0.113.7")
            let reply = client.send(
                from: "alice@foreign.example", to: [PostfixWiring.forwarded.from], subject: "forwarded")
            #expect(reply.code == 250, "\(reply)")
            let forwarded = try #require(system.delivered("forwarded"))
            #expect(Self.isRewritten(forwarded.sender), "\(forwarded.sender)")
            #expect(forwarded.recipients == [PostfixWiring.forwarded.to])
            #expect(forwarded.header("From") == "<alice@foreign.example>")

            let bounce = client.send(from: "", to: [forwarded.sender], subject: "bounce")
            #expect(bounce.code == 250, "\(bounce)")
            let returned = try #require(system.delivered("bounce"))
            #expect(returned.sender.isEmpty)
            #expect(returned.recipients == ["alice@foreign.example"])
        }

        /// A sender that does not fit, one in quotes, one that was rewritten before: to the sink, and bounces back.
        @Test(
            arguments: MailSystem.Tables.allCases,
            [
                "\(String(repeating: "long-", count: 11))l@foreign.example", "\"two words\"@foreign.example",
                "SRS0=abcd=EF=far.example=x@foreign.example",
            ])
        func unusualSenders(tables: MailSystem.Tables, sender: String) throws {
            let system = try MailSystem(tables: tables)
            let client = try system.client(from: "203.0.113.7")
            let reply = client.send(from: sender, to: [PostfixWiring.forwarded.from], subject: "forwarded")
            #expect(reply.code == 250, "\(reply)")
            let forwarded = try #require(system.delivered("forwarded"))
            #expect(forwarded.sender.hasSuffix("@\(PostfixWiring.srsDomain)"), "\(forwarded.sender)")
            #expect(forwarded.sender.contains(/^"?SRS[01]=/), "\(forwarded.sender)")
            #expect(client.send(from: "", to: [forwarded.sender], subject: "bounce").code == 250)
            #expect(system.delivered("bounce")?.recipients == [sender])
        }

        /// The null sender, Postfix's own double-bounce, and a header with a rewritten address.
        @Test(arguments: MailSystem.Tables.allCases)
        func bouncesAndTheirHeaders(tables: MailSystem.Tables) throws {
            let system = try MailSystem(tables: tables)
            let stranger = try system.client(from: "203.0.113.7")
            let local = try system.client()
            // A stranger may not use this host's name.
            for (client, sender, subject) in [(stranger, "", "null"), (local, "double-bounce@mx.test", "double")] {
                #expect(client.send(from: sender, to: [PostfixWiring.forwarded.from], subject: subject).code == 250)
                #expect(system.delivered(subject)?.sender == sender)
            }
            let (forward, _) = system.tables(tables)
            let rewritten = system.postfix.postmap("alice@foreign.example", in: forward).value
            // Postfix changes headers of its own network's mail only.
            let bounce = local.send(from: "", to: [rewritten], subject: "bounce", headers: ["To: <\(rewritten)>"])
            #expect(bounce.code == 250, "\(bounce)")
            #expect(system.delivered("bounce")?.header("To") == "<alice@foreign.example>")
        }

        @Test func postfixsOwnBounceOfForwardedMailGoesToTheSender() throws {
            let sink = try SMTPSink(refusing: [PostfixWiring.forwarded.to])
            let system = try MailSystem(tables: .tcpTable, sink: sink)
            let client = try system.client(from: "203.0.113.7")
            #expect(client.send(from: "alice@foreign.example", to: [PostfixWiring.forwarded.from]).code == 250)
            let bounce = try #require(system.delivered("Undelivered Mail Returned to Sender"))
            #expect(bounce.sender.isEmpty)
            #expect(bounce.recipients == ["alice@foreign.example"])
        }

        @Test(arguments: MailSystem.Tables.allCases)
        func localSendersAndForgedAddressesAreLeftAlone(tables: MailSystem.Tables) throws {
            let system = try MailSystem(tables: tables)
            let user = try system.client(login: "bob@example.com")
            #expect(user.send(from: "bob@example.com", to: ["carol@elsewhere.example"], subject: "own").code == 250)
            let own = try #require(system.delivered("own"))
            #expect(own.sender == "bob@example.com")
            #expect(own.recipients == ["carol@elsewhere.example"])

            let forged = "SRS0=AAAA=AA=foreign.example=alice@\(PostfixWiring.srsDomain)"
            let stranger = try system.client(from: "203.0.113.7")
            #expect(stranger.send(from: "", to: [forged], subject: "forged").code == 250)
            #expect(system.delivered("forged")?.recipients == [forged])
        }
    }
}
