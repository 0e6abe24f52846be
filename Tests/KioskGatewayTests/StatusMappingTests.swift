import HTTPTypes
import Messages
import Testing
import Wire

@testable import Web

struct StatusMappingTests {
    @Test(arguments: [
        (WireV1.Code.invalidArgument, 422), (.outOfRange, 422), (.notFound, 404), (.alreadyExists, 409),
        (.failedPrecondition, 409), (.aborted, 409), (.permissionDenied, 403), (.unauthenticated, 401),
        (.resourceExhausted, 429), (.unavailable, 503), (.cancelled, 503), (.deadlineExceeded, 504),
        (.unimplemented, 501),
    ])
    func refusalsKeepTheirMeaning(_ code: WireV1.Code, _ status: Int) throws {
        let problem = try #require(Problem(status: WireStatus(code, "why")))
        #expect(problem.status.code == status)
    }

    @Test(arguments: [WireV1.Code.internal, .unknown, .dataLoss, .ok, .unrecognized(99)])
    func faultsOfOursTellNothing(_ code: WireV1.Code) {
        #expect(Problem(status: WireStatus(code, "secret")) == nil)
    }
}
