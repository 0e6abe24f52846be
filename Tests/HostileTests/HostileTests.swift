import Messages
import Testing

@testable import Wire

@Suite struct HostileTests {
    @Test(arguments: Catalogue.all)
    func hostile(_ item: HostileCase) {
        var victim = Victim(item.role, limits: item.limits)
        if item.isGreeted {
            victim.hello()
            if item.role == .client { victim.call() }
        }
        item.attack(&victim)
        #expect(item.check(victim), "what is true afterwards")
        // The first frame of each side is its Hello, whatever happened.
        if let first = victim.written.first {
            let isHello = if case .hello? = first.kind { true } else { false }
            #expect(isHello, "the first frame is \(first)")
        }
        switch item.outcome {
        case .connection(let reason, let code):
            #expect(victim.refusals.last == reason)
            #expect(victim.refusals.count { $0 == reason } == 1)
            #expect(victim.goAways.last?.code == code)
            #expect(victim.goAways.last?.message.isEmpty == false)
            isDead(&victim)
        case .closed(let reasons):
            #expect(victim.refusals == reasons)
            isDead(&victim)
        case .call(let id, let code, let reason):
            #expect(victim.refusals == (reason.map { [$0] } ?? []))
            #expect(victim.machine.streams[id] == nil)
            #expect(victim.told(of: id) == [code] || victim.ends(of: id) == [code])
            #expect(victim.ends(of: id).count <= 1 && victim.told(of: id).count <= 1)
            worksOn(&victim)
        case .nobody:
            #expect(victim.refusals.isEmpty)
            worksOn(&victim)
        }
    }

    /// Everything is over, once, and nothing more can come of it.
    private func isDead(_ victim: inout Victim) {
        #expect(victim.machine.phase == .closed)
        #expect(victim.closes == 1)
        #expect(victim.machine.streams.isEmpty && victim.machine.held == 0)
        #expect(victim.machine.nextTimer == nil)
        for id in victim.begun {
            #expect(victim.ends(of: id).count + victim.told(of: id).count >= 1, "call \(id) is over")
        }
        let before = victim.effects.count
        victim.hello()
        victim.open(4_000_000)
        victim.message(1)
        victim.frame(.ping(.init(opaque: 1)))
        victim.wait(.seconds(10_000))
        #expect(victim.effects.count == before && victim.delivered[4_000_000] == nil)
    }

    /// The connection is as good as before: a call can begin, be spoken on and end.
    private func worksOn(_ victim: inout Victim) {
        #expect(victim.machine.phase == .open)
        #expect(victim.closes == 0 && victim.goAways.isEmpty)
        let id: UInt32
        switch victim.machine.role {
        case .server:
            // Lingering handlers of the attack return; calls that it left open end.
            for open in victim.machine.streams.keys.sorted() { victim.answer(open) }
            victim.machine.handlers = 0
            guard victim.machine.lastStream < .max else { return }
            id = victim.machine.lastStream + 1
            victim.time = victim.time + .seconds(2)
            victim.open(id)
            #expect(victim.begun.last == id)
            victim.message(id, end: true)
            #expect(victim.delivered[id] == 1)
            #expect(victim.machine.send(id, payloadBytes: 100) == .write)
            victim.answer(id)
            #expect(victim.told(of: id) == [.ok])
        case .client:
            for open in victim.machine.streams.keys.sorted() { victim.cancel(open) }
            id = victim.machine.lastStream + 1
            victim.call()
            #expect(victim.machine.streams[id] != nil)
            #expect(victim.machine.send(id, payloadBytes: 100) == .write)
            victim.message(id)
            #expect(victim.delivered[id] == 1)
            victim.frame(.status(.init(code: .ok)), on: id)
            #expect(victim.ends(of: id) == [.ok])
        }
        #expect(victim.machine.held == 0 && victim.machine.phase == .open)
    }

    @Test func thereAreAtLeast150AndEachHasItsName() {
        #expect(Catalogue.all.count >= 150)
        #expect(Set(Catalogue.all.map(\.testDescription)).count == Catalogue.all.count)
    }

    /// Whatever the machine refuses, some case shows it. The other reasons are the shell's: sockets, TLS, decoding.
    @Test func everyRefusalHasACase() {
        let covered = Set(
            Catalogue.all.flatMap { item -> [WireRefusal] in
                switch item.outcome {
                case .connection(let reason, _): [reason]
                case .call(_, _, let reason): reason.map { [$0] } ?? []
                case .closed(let reasons): reasons
                case .nobody: []
                }
            })
        #expect(
            covered == [
                .badFrame, .frameTooLong, .protocolViolation, .version, .handshakeTimeout, .tooManyStreams,
                .tooManyOpens,
                .tooManyResets, .tooManyPings, .tooManyControlFrames, .tooMuchBuffered, .tooMuchUnsent, .metadata,
                .credit,
                .keepaliveTimeout, .slowReader, .idle,
            ])
    }
}
