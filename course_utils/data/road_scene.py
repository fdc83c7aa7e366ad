"""Paint driving scenes from back to front: sky, land, roadside, road, what stands on it, weather.

Places are given as `near`: 0 at the horizon, 1 at the driver's feet, 1 / distance in between.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d

SIDE = 32
FINE = 2  # painted at twice the size and averaged down, for smooth edges
SUNNY, RAIN, SNOW, FOG = range(4)
HIGHWAY, CITY, DIRT = range(3)
HIGHEST, LOWEST = 0.40, 0.48  # where the horizon may lie, 0 top, 1 bottom
BEND = 0.16  # how far a curve of 1 leads aside, at twice the distance

SKY_TOP, SKY_LOW, DUSK = (0.25, 0.50, 0.88), (0.74, 0.87, 0.97), (0.98, 0.55, 0.28)
GRAY_TOP, GRAY_LOW = (0.50, 0.54, 0.60), (0.70, 0.73, 0.76)
GRASS, SNOWFIELD, PAVEMENT = (0.36, 0.58, 0.24), (0.93, 0.95, 0.98), (0.62, 0.60, 0.58)
HILLS, CLOUD, SUN = (0.38, 0.52, 0.50), (0.98, 0.98, 0.98), (1.0, 0.96, 0.75)
SURFACES = ((0.40, 0.41, 0.44), (0.33, 0.33, 0.36), (0.66, 0.51, 0.34))  # by road type
CURB, RUT = (0.75, 0.74, 0.72), (0.50, 0.37, 0.23)
WHITE, YELLOW, BLACK = (0.97, 0.97, 0.95), (0.95, 0.78, 0.22), (0.10, 0.10, 0.12)
TRUNK, FUR, SKIN, LAMP = (
    (0.35, 0.25, 0.17),
    (0.45, 0.29, 0.16),
    (0.80, 0.60, 0.46),
    (0.92, 0.12, 0.1),
)

Color = tuple[float, float, float] | Tensor


class Scene:
    """A block of N pictures being painted; `image` is (N, 3, H, W) in [0, 1].

    Factors and random numbers are (N, 1, 1), places (N, H, W) or what broadcasts to it.
    """

    def __init__(self, factors: dict[str, np.ndarray], rng: np.random.Generator) -> None:
        side, self.rng = SIDE * FINE, rng
        self.weather, self.daylight, self.road_type, self.curvature, self.obstacles = (
            torch.from_numpy(factors[name].astype(np.float32)).view(-1, 1, 1)
            for name in ("weather", "daylight", "road_type", "curvature", "obstacles")
        )
        n = len(self.weather)
        self.image = torch.tensor(SKY_LOW).view(1, 3, 1, 1).repeat(n, 1, side, side)
        self.x = ((torch.arange(side) + 0.5) / side * 2 - 1).view(1, 1, -1)  # left -1, right 1
        self.y = ((torch.arange(side) + 0.5) / side).expand(n, side).unsqueeze(-1)  # 0 to 1
        self.horizon = self.uniform(HIGHEST, LOWEST)
        self.near = (self.y - self.horizon) / (1 - self.horizon)  # negative in the sky
        self.vanish, self.aside = self.uniform(-0.12, 0.12), self.uniform(-0.25, 0.25)
        self.half = 0.85 + 0.35 * (self.road_type == HIGHWAY) + self.uniform(-0.08, 0.08)

    def paint_all(self) -> Tensor:
        """The finished pictures, uint8 (N, 3, 32, 32)."""
        sky, land = self.lines(0, LOWEST), self.lines(HIGHEST, 1)
        sky.paint_sky()
        sky.paint_hills()
        land.paint_land()
        self.paint_roadside()
        land.paint_road()
        for number in (2, 1):
            self.among(self.obstacles >= number, Scene.paint_obstacle)
        self.among(self.daylight < 0.8, Scene.paint_night)
        self.among(self.weather != SUNNY, Scene.paint_weather)
        images = avg_pool2d(self.image, FINE)
        return (255 * images.clamp(0, 1)).round().to(torch.uint8)

    def lines(self, top: float, bottom: float) -> Scene:
        """The same pictures between two heights: painting there paints here."""
        part, side = copy(self), SIDE * FINE
        rows = slice(max(0, int(top * side)), int(np.ceil(bottom * side)))
        part.image = self.image[:, :, rows]
        part.y, part.near = self.y[:, rows], self.near[:, rows]
        return part

    def among(self, where: Tensor, paint: Callable[[Scene], None]) -> None:
        """Let `paint` work on those of the pictures for which `where` (N, 1, 1) holds."""
        chosen = where.flatten().nonzero().flatten()
        if not len(chosen):
            return
        part = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and name != "x":
                setattr(part, name, value[chosen])
        paint(part)
        self.image[chosen] = part.image

    def uniform(self, low: float, high: float) -> Tensor:
        """One random number a picture, (N, 1, 1)."""
        draw = self.rng.uniform(low, high, len(self.weather)).astype(np.float32)
        return torch.from_numpy(draw).view(-1, 1, 1)

    def any_color(self) -> Tensor:
        """One color a picture, (N, 3, 1, 1)."""
        return torch.stack([self.uniform(0.1, 0.9) for _ in range(3)], 1)

    def paint(self, mask: Tensor, color: Color) -> None:
        """Lay `color` over the picture as far as mask (N, H, W) goes from 0 to 1."""
        if not isinstance(color, Tensor):
            color = torch.tensor(color).view(1, 3, 1, 1)
        self.image.lerp_(color, mask.unsqueeze(1).float())

    def middle(self, near: Tensor) -> Tensor:
        """Where the middle of the road runs, in units of x."""
        bend = BEND * self.curvature * (1 / near - 1).clamp(max=14)
        return self.vanish + self.aside * near + bend

    def paint_sky(self) -> None:
        """Blue with sun and clouds, gray when it isn't sunny, orange low down at dusk."""
        height = (-1.2 * self.near).clamp(0, 1)
        self.paint(height, SKY_TOP)
        gray = (self.weather != SUNNY).float()
        self.paint(gray, GRAY_LOW)
        self.paint(gray * height, GRAY_TOP)
        dusk = (1 - ((self.daylight - 0.3) / 0.25).abs()).clamp(0, 1) * (1 - gray)
        self.paint(dusk * (1 - height), DUSK)
        sunny = (1 - gray) * (self.daylight > 0.25)
        away = (self.x - self.uniform(-0.9, 0.9)).square() + 4 * (
            self.y - self.uniform(0.06, 0.22)
        ).square()
        self.paint(sunny * torch.exp(-away / 0.02), SUN)
        for _ in range(3):
            size = self.uniform(0.1, 0.3)
            across = ((self.x - self.uniform(-1, 1)) / size).square()
            up = ((self.y - self.uniform(0.04, 0.3)) / (0.22 * size)).square()
            self.paint(0.75 * torch.exp(-across) * torch.exp(-up), CLOUD)

    def paint_hills(self) -> None:
        """A ridge along the horizon."""
        phase, height = self.uniform(0, 6.28), self.uniform(0.04, 0.12)
        waves = torch.sin(3 * self.x + phase) * torch.sin(1.7 * self.x - phase)
        hills = -self.near < height * (0.6 + 0.4 * waves)
        self.paint(hills, HILLS)
        self.among(
            self.weather == SNOW, lambda part: part.paint(0.6 * (-part.near < 0.08), SNOWFIELD)
        )

    def paint_land(self) -> None:
        """Grass, pavement or snow."""
        ground = self.near > 0
        furrows = torch.sin(3 / self.near.clamp(min=0.12)) * self.near.clamp(0, 1)
        tint = torch.tensor([1.0, 0.5, 0.2]).view(1, 3, 1, 1) * self.uniform(-0.06, 0.06).unsqueeze(
            1
        )
        grass = torch.tensor(GRASS).view(1, 3, 1, 1) + tint + 0.03 * furrows.unsqueeze(1)
        self.paint(ground, grass)
        self.paint(ground & (self.road_type == CITY), PAVEMENT)
        self.paint(0.92 * (ground & (self.weather == SNOW)), SNOWFIELD)

    def paint_roadside(self) -> None:
        """Houses in the city, trees elsewhere, along both edges, the far ones first."""
        deep = 1 - HIGHEST
        for spot in (0.16, 0.28, 0.5):
            part = self.lines(HIGHEST - 0.6 * spot * deep, LOWEST + 1.2 * spot * deep)
            for side in (-1, 1):
                near = spot * self.uniform(0.85, 1.15)
                reach = self.half + self.uniform(0.45, 1.1)
                part.spot, part.foot = near, self.middle(near) + side * near * reach
                tree = (self.road_type != CITY) & (self.uniform(0, 1) < 0.55)
                part.among(tree, Scene.paint_tree)
                self.spot, self.foot = near, part.foot + side * 0.8 * near
                self.among(self.road_type == CITY, Scene.paint_house)

    def measure(self) -> tuple[Tensor, Tensor]:
        """How far right of and above the foot of what stands at `spot`, in units of its size."""
        return (self.x - self.foot) / self.spot, (self.spot - self.near) / self.spot

    def paint_house(self) -> None:
        """A block with windows that are lit when it is dark."""
        right, up = self.measure()
        shade, lit = self.uniform(0.4, 0.8), torch.where(self.daylight > 0.4, 0.35, 0.95)
        house = (right.abs() < 0.75) & (up > 0) & (up < self.uniform(1.2, 2.6))
        self.paint(house, torch.stack([shade, 0.93 * shade, 0.88 * shade], 1))
        windows = house & (torch.sin(14 * right) > 0.1) & (torch.sin(14 * up) > 0.1)
        self.paint(0.8 * windows, torch.stack([lit, 0.9 * lit, 0.55 * lit + 0.15], 1))

    def paint_tree(self) -> None:
        """A trunk with a round crown."""
        right, up = self.measure()
        self.paint((right.abs() < 0.06) & (up > 0) & (up < 0.6), TRUNK)
        crown = (right / 0.34).square() + ((up - 0.95) / 0.55).square() < 1
        green = self.uniform(0.25, 0.42)
        self.paint(crown, torch.stack([0.6 * green, green, 0.45 * green], 1))
        self.paint(0.7 * (crown & (up > 0.9) & (self.weather == SNOW)), SNOWFIELD)

    def paint_road(self) -> None:
        """The surface, and the lines on it: three lanes on a highway, two in the city."""
        near = self.near.clamp(min=0.02)
        self.at = ((self.x - self.middle(near)) / (self.half * near)).abs()  # 0 middle, 1 edge
        self.on_ground = self.near > 0
        surface = torch.tensor(SURFACES)[self.road_type.flatten().long()].view(-1, 3, 1, 1)
        road = self.on_ground & (self.at < 1)
        self.paint(road, surface * self.uniform(0.9, 1.1).unsqueeze(1))
        self.dash = ((0.9 / near + self.uniform(0, 1)) % 1 < 0.5) & (self.near > 0.05)
        highway = self.road_type == HIGHWAY
        edge = (self.at > 0.9) & (self.at < 0.97) | self.dash & ((self.at - 0.32).abs() < 0.035)
        self.paint(road & highway & edge, WHITE)
        self.among((self.weather != SUNNY) | ~highway, Scene.paint_road_details)

    def paint_road_details(self) -> None:
        """City curb and center line, ruts on dirt, water and snow."""
        road, ruts = self.on_ground & (self.at < 1), torch.exp(-((self.at - 0.45) / 0.16).square())
        city = self.road_type == CITY
        self.paint(self.on_ground & (self.at > 1) & (self.at < 1.12) & city, CURB)
        self.paint(road & city & (self.at < 0.05), YELLOW)
        self.paint(0.3 * ruts * (road & (self.road_type == DIRT)), RUT)
        shine = torch.exp(-(self.at / 0.5).square())
        self.paint(0.35 * shine * (road & (self.weather == RAIN)), GRAY_LOW)
        self.paint(0.45 * (road & (self.weather == SNOW) & (ruts < 0.5)), SNOWFIELD)

    def paint_obstacle(self) -> None:
        """The back of a car, a person, or an animal, somewhere on the road."""
        self.spot = self.uniform(0.22, 0.6)
        self.foot = self.middle(self.spot) + self.uniform(-0.6, 0.6) * self.spot * self.half
        kind = self.uniform(0, 3).floor()
        for number, paint in enumerate((Scene.paint_car, Scene.paint_person, Scene.paint_animal)):
            self.among(kind == number, paint)

    def paint_car(self) -> None:
        """Seen from behind: wheels, body, rear window, two lamps."""
        right, up = self.measure()
        wide, color = right.abs() < 0.34, self.any_color()
        self.paint(wide & (up > -0.02) & (up < 0.12), BLACK)
        self.paint(wide & (up >= 0.12) & (up < 0.38), color)
        self.paint((right.abs() < 0.26) & (up >= 0.38) & (up < 0.6), 0.55 * color)
        self.paint(wide & (right.abs() > 0.22) & (up > 0.2) & (up < 0.32), LAMP)

    def paint_person(self) -> None:
        """Legs, body, head."""
        right, up = self.measure()
        self.paint((right.abs() < 0.1) & (up > 0) & (up < 0.32), BLACK)
        self.paint((right.abs() < 0.13) & (up > 0.3) & (up < 0.64), self.any_color())
        self.paint(right.square() + (up - 0.76).square() < 0.013, SKIN)

    def paint_animal(self) -> None:
        """Legs, trunk, neck."""
        right, up = self.measure()
        legs = ((right.abs() - 0.2).abs() < 0.06) & (up > 0) & (up < 0.3)
        trunk = (right / 0.32).square() + ((up - 0.4) / 0.17).square() < 1
        neck = ((right - 0.3) / 0.12).square() + ((up - 0.62) / 0.17).square() < 1
        self.paint(legs | trunk | neck, FUR)

    def paint_night(self) -> None:
        """Darken and turn blue, but for what stands in the headlights."""
        dark, ground = (1 - self.daylight / 0.8).clamp(0, 1), self.near.clamp(0, 1)
        beam = torch.exp(-((self.x - self.vanish) / (0.25 + 0.6 * ground)).square())
        beam = beam * ground.sqrt() * (self.daylight < 0.35)
        blue = 1 + dark.unsqueeze(1) * torch.tensor([-0.15, -0.05, 0.25]).view(1, 3, 1, 1)
        self.image = self.image * (1 - 0.85 * dark * (1 - 0.75 * beam)).unsqueeze(1) * blue

    def paint_weather(self) -> None:
        """Rain in streaks, snow in flakes, fog thicker with distance."""
        n, side = len(self.weather), SIDE * FINE
        specks = torch.from_numpy(self.rng.random((n, side, side), dtype=np.float32))
        bright = (0.35 + 0.65 * self.daylight).unsqueeze(1)
        streaks = max_pool2d((specks > 0.992).float(), (9, 1), 1, (4, 0))
        flakes = max_pool2d((specks > 0.985).float(), 3, 1, 1)
        fog = 0.92 * torch.exp(-2.2 * self.near.clamp(min=0))
        self.paint(0.25 * streaks * (self.weather == RAIN), 0.88 * bright)
        self.paint(0.8 * flakes * (self.weather == SNOW), bright)
        self.paint(fog * (self.weather == FOG), 0.82 * bright)
