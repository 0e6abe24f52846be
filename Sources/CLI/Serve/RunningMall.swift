import APIs
import BotGateway
import Kernel
import StaffGateway

/// A mall that is open: what the rest of the process may use of it.
struct RunningMall: Sendable {
    let addresses: Addresses
    let stores: any StoresAPI
    let orders: any OrdersAPI
    let payments: any PaymentsAPI
    let depot: any DepotAPI
    let staff: StaffService
    let telemetry: TelemetryBoard
    let events: EventStream
}
