import Messages
import Testing
import Wire

/// The generated handler protocol's four kinds of method, called in process.
@Suite struct ServiceFormTests {
    struct Service: FeaturesAPI {
        func say(_ request: TestingV1.Words, context: CallContext) async throws -> TestingV1.Nothing { .init() }

        func watch(
            _ request: TestingV1.Nothing, _ outbound: WireOutbound<TestingV1.Words>, context: CallContext
        ) async throws {
            for number in 1...3 { try await outbound.send(TestingV1.Words(c: String(number))) }
        }

        func collect(
            _ inbound: WireInbound<TestingV1.Words>, context: CallContext
        ) async throws -> TestingV1.Shared {
            var answer = TestingV1.Shared()
            for try await word in inbound {
                answer.count += 1
                answer.text += word.c
            }
            return answer
        }

        func talk(
            _ inbound: WireInbound<TestingV1.Words>, _ outbound: WireOutbound<TestingV1.Shared>, context: CallContext
        ) async throws {
            for try await word in inbound { try await outbound.send(TestingV1.Shared(text: word.c)) }
        }

        func `repeat`(_ request: TestingV1.Nothing, context: CallContext) async throws -> TestingV1.Nothing { .init() }
    }

    @Test func everyMethodIsRegistered() {
        var router = WireRouter()
        router.register(features: Service())
        let service = "/mallbots.testing.v1.FeaturesService/"
        #expect(router.methods == ["Collect", "Repeat", "Say", "Talk", "Watch"].map { service + $0 })
    }

    @Test func inProcess() async throws {
        let words = WireInbound([TestingV1.Words(c: "a"), TestingV1.Words(c: "b")])
        let answer = try await Service().collect(words, context: CallContext())
        #expect(answer == TestingV1.Shared(count: 2, text: "ab"))
    }
}
