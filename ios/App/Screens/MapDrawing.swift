import Foundation
import OnbeatCore
import OnbeatKit
import SwiftUI

/// The map, drawn from what core hands over: it is scaled, and nothing else. No tiles are fetched, so nobody learns of it.
struct MapDrawing: View {
    let map: MapView
    let sight: Sight

    var body: some View {
        Canvas { context, size in
            let scale = MapScale(map, width: size.width, height: size.height, sight: sight)
            for area in map.areas { draw(area, scale, context) }
            for customer in map.customers {
                let dot = circle(scale.at(customer.at), 4)
                context.fill(dot, with: .color(customer.visited ? .green : .blue))
            }
            if let here = map.here { draw(here, scale, context) }
        }
    }

    private func draw(_ area: MapArea, _ scale: MapScale, _ context: GraphicsContext) {
        let outline = outline(area.rings, scale)
        let colour: Color = area.kind == .district ? .green : .orange
        context.fill(outline, with: .color(colour.opacity(0.15)), style: FillStyle(eoFill: true))
        context.stroke(outline, with: .color(colour), lineWidth: 1)
    }

    private func draw(_ here: MapHere, _ scale: MapScale, _ context: GraphicsContext) {
        let at = scale.at(here.at)
        if let accuracy = here.seen.accuracyMm {
            context.fill(circle(at, scale.length(accuracy)), with: .color(.blue.opacity(0.2)))
        }
        context.fill(circle(at, 5), with: .color(.primary))
    }

    private func outline(_ rings: [[MapPoint]], _ scale: MapScale) -> Path {
        var path = Path()
        for ring in rings {
            let points = ring.map { scale.at($0) }.map { CGPoint(x: $0.x, y: $0.y) }
            path.addLines(points)
            path.closeSubpath()
        }
        return path
    }

    private func circle(_ at: (x: Double, y: Double), _ radius: Double) -> Path {
        Path(ellipseIn: CGRect(x: at.x - radius, y: at.y - radius, width: 2 * radius, height: 2 * radius))
    }
}
