import APIs
import Foundation
import Kernel
import Messages
import Testing
import Wire

@testable import StaffGateway

/// Users over HTTP, and over Wire.
@Suite(.timeLimit(.minutes(1)))
struct UserRouteTests {
    @Test func usersComeAndGo() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let body = #"{"name": "carl", "role": "clerk", "password": "carls password"}"#
            let made = try await manager.post("/api/v1/users", body, key: "k1")
            #expect(made.status == 201)
            #expect(made.headers["location"] == "/api/v1/users/carl")
            #expect(made.json.keys.sorted() == ["created_at", "disabled", "name", "role"])
            #expect(try await manager.post("/api/v1/users", body, key: "k1").status == 201, "the same request again")
            #expect(try await manager.post("/api/v1/users", body).status == 409)
            let carl = try await mall.signedIn("carl", "carls password")
            #expect(try await carl.get("/api/v1/orders").status == 200)

            let raised = try await manager.patch("/api/v1/users/carl", #"{"role": "manager"}"#)
            #expect(raised.text("role") == "manager")
            #expect(try await carl.get("/api/v1/users").status == 200, "a higher role counts at once")
            #expect(try await manager.patch("/api/v1/users/carl", #"{"role": "viewer"}"#).status == 200)
            #expect(try await carl.get("/api/v1/orders").status == 401, "a lower one ends sessions")

            #expect(try await manager.patch("/api/v1/users/manager", #"{"disabled": true}"#).status == 409)
            #expect(try await manager.delete("/api/v1/users/manager").status == 409)
            #expect(try await manager.delete("/api/v1/users/carl").status == 204)
            #expect(try await manager.delete("/api/v1/users/carl").status == 404)
            let names = try await manager.get("/api/v1/users").list("users").compactMap { $0["name"] as? String }
            #expect(names == ["manager"])
        }
    }

    @Test func aManagersOwnSessionOutlivesTheirNewPassword() async throws {
        try await TestStaff.run { mall in
            let manager = try await mall.signedIn(as: .manager)
            let other = try await mall.signedIn("manager")
            #expect(try await manager.patch("/api/v1/users/manager", #"{"password": "battery staple"}"#).status == 200)
            #expect(try await manager.get("/api/v1/users").status == 200)
            #expect(try await other.get("/api/v1/users").status == 401)
        }
    }

    @Test func theMachinesKeeperHasTheSameOverWire() async throws {
        try await TestStaff.run { mall in
            let api: any StaffAPI = mall.staff
            let context = CallContext()
            await #expect(throws: ServiceError.self) {
                try await api.addUser(
                    StaffV1.AddUserRequest(name: "vera", role: .viewer, password: "veras password"), context: context)
            }
            _ = try await api.addUser(
                StaffV1.AddUserRequest(name: "anna", role: .manager, password: "annas password"), context: context)
            _ = try await api.addUser(
                StaffV1.AddUserRequest(name: "vera", role: .viewer, password: "veras password"), context: context)
            let anna = try await mall.signedIn("anna", "annas password")
            _ = try await api.changeUser(
                StaffV1.ChangeUserRequest(name: "anna", password: "battery staple"), context: context)
            #expect(try await anna.get("/api/v1/users").status == 401)
            _ = try await api.removeUser(StaffV1.RemoveUserRequest(name: "vera"), context: context)
            await #expect(throws: ServiceError.self) {
                try await api.removeUser(StaffV1.RemoveUserRequest(name: "anna"), context: context)
            }
            await #expect(throws: ServiceError.self) {
                try await api.changeUser(StaffV1.ChangeUserRequest(name: "anna"), context: context)
            }
            #expect(try await api.listUsers(StaffV1.ListUsersRequest(), context: context).users.map(\.name) == ["anna"])
        }
    }
}
