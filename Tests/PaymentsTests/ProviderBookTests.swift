import Messages
import Testing

@testable import Payments

@Suite struct ProviderBookTests {
    private func request(_ number: Int) -> ProviderRequest {
        ProviderRequest(
            orderID: "o-\(number)", key: "auth-\(number)", amount: .init(minorUnits: 100, currencyCode: "EUR"),
            action: .authorize(cardToken: "card"))
    }

    @Test func whatIsAskedIsNotAskedTwice() {
        var book = ProviderBook()
        let pending = [request(1), request(2)]
        #expect(book.begin(pending) == pending)
        #expect(book.begin(pending + [request(3)]) == [request(3)])
        book.settled(request(1))
        #expect(book.begin(pending) == [request(1)])
    }

    @Test func noMoreThanTheProviderTakesAreAskedAtOnce() {
        var book = ProviderBook()
        let pending = (0..<100).map { request($0) }
        #expect(book.begin(pending) == Array(pending.prefix(64)))
        #expect(book.begin(pending).isEmpty)
        book.settled(pending[5])
        #expect(book.begin(Array(pending.dropFirst(64))) == [pending[64]])
    }

    @Test func whoGetsNoAnswerRestsLongerEachTimeAndLetsOthersBefore() {
        var book = ProviderBook()
        let pending = (0..<65).map { request($0) }
        _ = book.begin(pending)
        var pauses: [Duration] = []
        for _ in 0..<11 {
            pauses.append(book.failed(pending[0]))
            // Not before it has rested.
            #expect(!book.begin(pending).contains(pending[0]))
            book.settled(pending[64])
            book.rested(pending[0])
            #expect(book.begin(pending) == [pending[0]])
        }
        #expect(pauses.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(pauses.last == .seconds(30))
        book.settled(pending[0])
        _ = book.begin(pending)
        #expect(book.failed(pending[0]) == .milliseconds(100))
    }

    @Test func manyWithoutAnAnswerHoldUpNobody() {
        var book = ProviderBook()
        let stuck = (0..<64).map { request($0) }
        for request in book.begin(stuck) { _ = book.failed(request) }
        #expect(book.begin(stuck + [request(99)]) == [request(99)])
    }

    @Test func anAnswerThatComesWhileTheRequestRestsIsAsGood() {
        var book = ProviderBook()
        _ = book.begin([request(1)])
        _ = book.failed(request(1))
        book.settled(request(1))
        #expect(book.busy.isEmpty)
        #expect(book.begin([request(1)]) == [request(1)])
        // Of the first time: it is being asked again.
        book.rested(request(1))
        #expect(book.busy == [request(1)])
    }
}
