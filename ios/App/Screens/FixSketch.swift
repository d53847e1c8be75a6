import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The fixes that made a finding as dots with the circles they were judged by, and the place it is about. North is up.
struct FixSketch: View {
    let explanation: Explanation

    var body: some View {
        Canvas { context, size in
            let sheet = sheet(size)
            if let place = explanation.place {
                let circle = circle(sheet.at(place.latE9, place.lonE9), sheet.length(place.radiusMm))
                context.fill(circle, with: .color(.blue.opacity(0.2)))
            }
            for fix in explanation.fixes { draw(fix, sheet, context) }
        }
        .frame(height: 200)
        .accessibilityElement()
        .accessibilityLabel("finding.fixes_shown \(Int64(explanation.fixes.count))")
    }

    private func sheet(_ size: CGSize) -> Sheet {
        Sheet(
            around: explanation.fixes.map { ($0.fix.latE9, $0.fix.lonE9) },
            radiusMm: explanation.fixes.compactMap(\.verdict.radiusMm).max() ?? 0, width: size.width, height: size.height)
    }

    private func draw(_ fix: FixExplained, _ sheet: Sheet, _ context: GraphicsContext) {
        let (at, colour) = (sheet.at(fix.fix.latE9, fix.fix.lonE9), Colours.of(fix.verdict.place))
        if let radius = fix.verdict.radiusMm {
            context.stroke(circle(at, sheet.length(radius)), with: .color(colour.opacity(0.4)), lineWidth: 1)
        }
        context.fill(circle(at, fix.decides ? 4 : 2.5), with: .color(colour))
    }

    private func circle(_ at: (x: Double, y: Double), _ radius: Double) -> Path {
        Path(ellipseIn: CGRect(x: at.x - radius, y: at.y - radius, width: 2 * radius, height: 2 * radius))
    }
}
