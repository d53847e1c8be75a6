import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The fixes that made a finding as dots with the circles they were judged by, and the place it is about. North is up.
struct FixSketch: View {
    let sketch: Sketch

    var body: some View {
        Canvas { context, size in
            let scale = MapScale(sketch, width: size.width, height: size.height)
            if let place = sketch.place {
                let circle = circle(scale.at(place.at), scale.length(place.radiusMm))
                context.fill(circle, with: .color(.blue.opacity(0.2)))
            }
            for fix in sketch.fixes { draw(fix, scale, context) }
        }
        .frame(height: 200)
        .accessibilityElement()
        .accessibilityLabel("finding.fixes_shown \(Int64(sketch.fixes.count))")
    }

    private func draw(_ fix: SketchFix, _ scale: MapScale, _ context: GraphicsContext) {
        let (at, colour) = (scale.at(fix.at), Colours.of(fix.place))
        if let radius = fix.radiusMm {
            context.stroke(circle(at, scale.length(radius)), with: .color(colour.opacity(0.4)), lineWidth: 1)
        }
        context.fill(circle(at, fix.decides ? 4 : 2.5), with: .color(colour))
    }

    private func circle(_ at: (x: Double, y: Double), _ radius: Double) -> Path {
        Path(ellipseIn: CGRect(x: at.x - radius, y: at.y - radius, width: 2 * radius, height: 2 * radius))
    }
}
