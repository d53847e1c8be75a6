import OnbeatKit
import Testing

@Suite struct MeasuresTests {
    @Test func timesAreSaidInTheAreasZone() {
        #expect(Measures.time(Desk.morningMs, in: "Asia/Shanghai") == "07:00")
        #expect(Measures.time(Desk.morningMs, in: "America/New_York") == "18:00")
        #expect(Measures.day(Desk.morningMs, in: "Asia/Shanghai") == "2026-11-25")
        #expect(Measures.day(Desk.morningMs, in: "America/New_York") == "2026-11-24")
        #expect(Measures.time(-60_000, in: "UTC") == "23:59")
    }

    @Test func lengthsAreSaidInMetresAndFromTenKilometresOnInKilometres() {
        #expect(Measures.length(340_400) == .metres(340))
        #expect(Measures.length(-12_500) == .metres(13))
        #expect(Measures.length(9_999_400) == .metres(9_999))
        #expect(Measures.length(10_040_000) == .kilometres(tenths: 100))
        #expect(Measures.length(12_345_000) == .kilometres(tenths: 123))
    }

    @Test func durationsAreSaidInMinutesAndHours() {
        #expect(Measures.duration(29) == (0, 0))
        #expect(Measures.duration(3_570) == (1, 0))
        #expect(Measures.duration(9_000) == (2, 30))
    }
}
