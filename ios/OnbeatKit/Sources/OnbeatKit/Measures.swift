import Foundation

/// Times and lengths as they are said; the words to them stand in the app.
public enum Measures {
    /// The local time of day.
    public static func time(_ atMs: Int64, in zone: String = TimeZone.current.identifier) -> String {
        let zone = TimeZone(identifier: zone) ?? .gmt
        let seconds = Int64((Double(atMs) / 1000).rounded(.down))
        let local = seconds + Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        let minutes = (local % 86_400 + 86_400) % 86_400 / 60
        return two(minutes / 60) + ":" + two(minutes % 60)
    }

    /// The local day, `YYYY-MM-DD`.
    public static func day(_ atMs: Int64, in zone: String) -> String {
        let style = Date.ISO8601FormatStyle(timeZone: TimeZone(identifier: zone) ?? .gmt).year().month().day()
        return Date(timeIntervalSince1970: Double(atMs) / 1000).formatted(style)
    }

    public enum Length: Equatable {
        case metres(Int64)
        case kilometres(tenths: Int64)
    }

    /// Whole metres, from 10 km on kilometres with a tenth; the side of an edge is said beside it.
    public static func length(_ millimetres: Int64) -> Length {
        let metres = (abs(millimetres) + 500) / 1000
        return metres < 10_000 ? .metres(metres) : .kilometres(tenths: (metres + 50) / 100)
    }

    /// Hours and minutes, to the next minute.
    public static func duration(_ seconds: Int64) -> (hours: Int64, minutes: Int64) {
        let minutes = (seconds + 30) / 60
        return (minutes / 60, minutes % 60)
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
