import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The window as a bar: what is known of each stretch of it, up to now. Read aloud it says the same in words.
struct WindowBar: View {
    let window: Interval
    let day: DayView
    let nowMs: Int64
    let zone: String
    @ScaledMetric private var height: CGFloat = 24

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Canvas { context, size in
                draw(window.fromMs, window.toMs, .gray.opacity(0.15), context, size)
                for span in day.spans { draw(span.fromMs, span.toMs, Colours.of(span), context, size) }
                if window.fromMs <= nowMs, nowMs < window.toMs {
                    let now = CGRect(x: x(nowMs, size) - 1, y: 0, width: 2, height: size.height)
                    context.fill(Path(now), with: .color(.primary))
                }
            }
            .frame(height: height)
            HStack {
                Text(Measures.time(window.fromMs, in: zone))
                Spacer()
                Text(Measures.time(window.toMs, in: zone))
            }
            .font(.caption)
            Text(counted).font(.subheadline).foregroundStyle(.secondary)
        }
        .accessibilityElement(children: .ignore)
        .accessibilityLabel(String(localized: "bar.window \(Said.interval(window.fromMs, window.toMs, zone))") + " · " + counted)
    }

    private func draw(_ fromMs: Int64, _ toMs: Int64, _ colour: Color, _ context: GraphicsContext, _ size: CGSize) {
        let stretch = CGRect(x: x(fromMs, size), y: 0, width: x(toMs, size) - x(fromMs, size), height: size.height)
        context.fill(Path(stretch), with: .color(colour))
    }

    private func x(_ atMs: Int64, _ size: CGSize) -> CGFloat {
        let within = min(max(atMs, window.fromMs), window.toMs)
        return size.width * CGFloat(within - window.fromMs) / CGFloat(max(window.toMs - window.fromMs, 1))
    }

    /// Minutes of each status, those without any left out.
    private var counted: String {
        let counts = day.counts
        let parts = [
            ("inside", counts.insideS), ("edge", counts.edgeS), ("excused", counts.excusedS),
            ("unknown", counts.unknownS), ("outside", counts.outsideS),
        ]
        let told = parts.filter { $0.1 >= 30 }.map { text("bar", of: $0.0) + " " + Said.duration($0.1) }
        return told.isEmpty ? text("bar", of: "nothing") : told.joined(separator: " · ")
    }
}

/// The colours of a day: none of them is a warning.
enum Colours {
    static func of(_ span: Span) -> Color {
        if span.excusedBy != nil { return .blue }
        return switch span.status {
        case .inside: .green
        case .edge: .mint
        case .outside: .orange
        case .unknown: .gray
        }
    }

    static func of(_ place: PlaceVerdict) -> Color {
        switch place {
        case .inside: .green
        case .edge: .mint
        case .outside: .orange
        case .unusable: .gray
        }
    }
}
