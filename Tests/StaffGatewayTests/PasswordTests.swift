import Foundation
import Kernel
import Messages
import Testing

@testable import StaffGateway

struct PasswordTests {
    /// Of RFC 7914, section 12, in the first 32 bytes of 64.
    @Test(arguments: [
        ("", "", 4, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
        ("password", "NaCl", 10, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
        (
            "pleaseletmein", "SodiumChloride", 14, 8, 1,
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        ),
    ])
    func itIsScrypt(_ password: String, _ salt: String, _ n: UInt32, _ r: UInt32, _ p: UInt32, _ hash: String) throws {
        let costs = StaffV1.PasswordHash(costExponent: n, blockSize: r, parallelism: p)
        let made = try Scrypt.hash(password, salt: Array(salt.utf8), costs: costs)
        #expect(made.digest.map { String(format: "%02x", $0) }.joined() == hash)
        #expect(try Scrypt.matches(password, made))
        #expect(try !Scrypt.matches(password + "x", made))
    }

    @Test func aHashKeepsItsParameters() async throws {
        let desk = PasswordDesk()
        let hash = try await desk.hash("correct horse")
        #expect((hash.costExponent, hash.blockSize, hash.parallelism) == (15, 8, 1))
        #expect(hash.salt.count == 16)
        #expect(try await desk.hash("correct horse").salt != hash.salt)
        #expect(try await desk.matches("correct horse", hash))
        #expect(try await !desk.matches("correct house", hash))
        #expect(try await !desk.matches("correct horse", nil))
    }

    /// What takes time is the hash, and there is one in either case.
    @Test func anUnknownNameCostsAsMuchAsAKnownOne() async throws {
        let desk = PasswordDesk()
        let hash = try await desk.hash("correct horse")
        var known: [Duration] = []
        var unknown: [Duration] = []
        for _ in 1...5 {
            known.append(try await ContinuousClock().measure { _ = try await desk.matches("wrong horse", hash) })
            unknown.append(try await ContinuousClock().measure { _ = try await desk.matches("wrong horse", nil) })
        }
        // The fastest of each, which other work on this machine disturbs least.
        let ratio = try #require(known.min()) / (try #require(unknown.min()))
        #expect((0.6...1.6).contains(ratio))
    }

    @Test func manyAtOnceAreRefused() async throws {
        let desk = PasswordDesk(costs: StaffV1.PasswordHash(costExponent: 12, blockSize: 8, parallelism: 1))
        let hash = try await desk.hash("correct horse")
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 1...200 {
                group.addTask {
                    do {
                        return try await !desk.matches("correct horse", hash)
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused >= 200 - 4 * PasswordDesk.capacity)
        #expect(try await desk.matches("correct horse", hash), "and it goes on")
    }

    @Test func tokensAreLongAndTheirHashesAreSHA256() {
        let tokens = Set((1...1_000).map { _ in Secrets.token() })
        #expect(tokens.count == 1_000)
        #expect(tokens.allSatisfy { $0.utf8.count == 43 })
        #expect(Secrets.hash(of: "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
