import Foundation
import OnbeatCore
import OnbeatKit

/// A server with one district and one rep, at seven in the morning of a workday.
struct Desk {
    static let rep = "lin"
    static let customer = "c1"
    /// Wednesday 25 November 2026, 07:00 in Shanghai.
    static let morningMs: Int64 = 1_795_561_200_000

    /// In the middle of the district, a square of some 11 km; its edge lies 4.8 km to the east.
    static let middle = Place(latE9: 31_200_000_000, lonE9: 121_400_000_000)
    /// 4.8 km beyond the edge.
    static let beyond = Place(latE9: 31_200_000_000, lonE9: 121_500_000_000)

    /// A report that is being typed.
    static let draft = Report(
        visit: "v", purpose: "", content: "half a word", feedback: "", nextStep: "", outcome: .met)

    struct Place {
        let latE9: Int64
        let lonE9: Int64

        func fix(accuracyMm: Int64 = 8_000) -> Fix {
            Fix(
                latE9: latE9, lonE9: lonE9, accuracyMm: accuracyMm, ageMs: 0, provider: .gps, satellites: nil,
                speedMmS: nil, simulated: false, approximate: false, still: false)
        }

        /// So that no two fixes are the same.
        func moved(_ step: Int) -> Place {
            Place(latE9: latE9 + Int64(step % 7) * 20_000, lonE9: lonE9 + Int64(step % 5) * 20_000)
        }
    }

    let server: Server

    init() throws {
        server = try Server(at: "2026-11-25T07:00:00+08:00")
        try server.bring("policy", "[window]\nzone = \"Asia/Shanghai\"\n", as: "toml")
        try server.bring("districts", Self.district, as: "geojson")
        try server.bring("customers", "id,name,lat,lon,landline,place_confirmed\nc1,东湖商店,31.2,121.4,,true\n", as: "csv")
        try server.bring("users", "user,name,role,team,districts,customers\nlin,林,rep,east,East,c1\n", as: "csv")
        try server.command("duties", "record", "--demo")
    }

    /// `HH:MM` of the day.
    static func at(_ time: String) -> Int64 {
        let parts = time.split(separator: ":").compactMap { Int64($0) }
        return morningMs + ((parts[0] - 7) * 60 + parts[1]) * 60_000
    }

    private static let district = """
        {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "East"}, "geometry":
        {"type": "Polygon", "coordinates":
        [[[121.35, 31.15], [121.45, 31.15], [121.45, 31.25], [121.35, 31.25], [121.35, 31.15]]]}}]}
        """
}
