import ArgumentParser
import Testing
import Wire

@testable import CLI

struct CertificateNameTests {
    private func refusal(_ words: String...) -> String {
        do {
            return "\(try CertificateName.parse(words))"
        } catch {
            return error.message
        }
    }

    @Test func holdersAreNamedInSeveralWays() throws {
        let bots: [CertificateName] = [.holder(.bot("b-7")), .holder(.bot("b-8"))]
        #expect(try CertificateName.parse(["bot", "b-7", "b-8"]) == bots)
        #expect(try CertificateName.parse(["bot/b-7", "bot/b-8"]) == bots)
        #expect(try CertificateName.parse(["bot", "b-7", "bot", "b-8"]) == bots)
        #expect(try CertificateName.parse(["server"]) == [.holder(.server)])
        #expect(
            try CertificateName.parse(["bot", "a", "service", "relay", "bot/c", "server"]) == [
                .holder(.bot("a")), .holder(.service("relay")), .holder(.bot("c")), .holder(.service("server")),
            ])
        #expect(try CertificateName.parse(["bot", "server"]) == [.holder(.bot("server"))])
        #expect(try CertificateName.parse(["bot/bot"]) == [.holder(.bot("bot"))])
        #expect(try CertificateName.parse([]) == [])
    }

    @Test func serialNumbersAreWrittenInSeveralWays() throws {
        for text in ["1f2e3d4c", "1F:2E:3D:4C", "0x1f2e3d4c", "001f2e3d4c"] {
            #expect(try CertificateName.parse([text]) == [.serial("1f2e3d4c")], "\(text)")
        }
        #expect(Serial.canonical("") == nil)
        #expect(Serial.canonical("0x") == nil)
        #expect(Serial.canonical("12g4") == nil)
        // Full-width digits are digits to Unicode, and none here.
        #expect(Serial.canonical("１２") == nil)
    }

    @Test func filesHaveASlashOrAnEnding() throws {
        #expect(try CertificateName.parse(["./b-7"]) == [.file("./b-7")])
        #expect(try CertificateName.parse(["b-7.pem"]) == [.file("b-7.pem")])
        #expect(try CertificateName.parse(["./bot/b-7.pem"]) == [.file("./bot/b-7.pem")])
        #expect(try CertificateName.parse(["bot/b-7.pem"]) == [.holder(.bot("b-7.pem"))])
    }

    @Test func mistakesAreTold() {
        #expect(refusal("b-7").contains("for a robot write bot b-7, for a program service b-7"))
        #expect(refusal("bot") == "'bot' needs a name behind it, as in 'bot b-7'")
        #expect(refusal("bot", "service", "x") == "'bot' needs a name behind it, as in 'bot b-7'")
        #expect(refusal("bot", "a", "service") == "'service' needs a name behind it, as in 'service relay'")
        #expect(refusal("bot", "../x").contains("must be made of A-Z a-z 0-9 . - _"))
        #expect(refusal("bot", "..").contains("not of dots alone"))
        #expect(refusal("bot", "").contains("is empty"))
        #expect(refusal("bot/").contains("is empty"))
        #expect(refusal("bot/a/b").contains("must be made of"))
        #expect(refusal("bot", String(repeating: "x", count: 129)).contains("longer than 128"))
        #expect(refusal("bot", "zoë").contains("must be made of"))
        #expect(refusal("spiffe://mall.test/bot/b-7").contains("leave out the trust domain"))
    }

    @Test func whereOnlyHoldersWillDo() throws {
        #expect(try CertificateName.parseHolders(["bot", "a", "b"]) == [.bot("a"), .bot("b")])
        for words in [["1f2e3d4c"], ["x.pem"]] {
            let error = #expect(throws: ValidationError.self) { try CertificateName.parseHolders(words) }
            #expect(error?.message.contains("whom the certificate is for") == true)
        }
        let twice = #expect(throws: ValidationError.self) { try CertificateName.parseHolders(["bot", "a", "bot/a"]) }
        #expect(twice?.message == "bot/a is named twice")
    }
}
