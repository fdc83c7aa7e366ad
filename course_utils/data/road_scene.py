"""Paint driving scenes from back to front: sky, land, roadside, road, obstacles, night, weather.

How far away a place is, is given as `near`, which is 1 / distance: 0 at the horizon, 1 at the
driver's feet. Things at `near` appear with a size proportional to it.
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
HIGHEST, LOWEST = 0.40, 0.48  # between which the horizon lies; 0 is the top, 1 the bottom
BEND = 0.16  # how far a curvature of 1 leads aside at near = 1/2, in units of x

SKY_TOP, SKY_LOW, DUSK = (0.25, 0.50, 0.88), (0.74, 0.87, 0.97), (0.98, 0.55, 0.28)
GRAY_TOP, GRAY_LOW = (0.50, 0.54, 0.60), (0.70, 0.73, 0.76)
GRASS, SNOWFIELD, PAVEMENT = (0.36, 0.58, 0.24), (0.93, 0.95, 0.98), (0.62, 0.60, 0.58)
HILLS, CLOUD, SUN = (0.38, 0.52, 0.50), (0.98, 0.98, 0.98), (1.0, 0.96, 0.75)
SURFACES = ((0.40, 0.41, 0.44), (0.33, 0.33, 0.36), (0.66, 0.51, 0.34))  # by road type
CURB, RUT = (0.75, 0.74, 0.72), (0.50, 0.37, 0.23)
WHITE, YELLOW, BLACK = (0.97, 0.97, 0.95), (0.95, 0.78, 0.22), (0.10, 0.10, 0.12)
TRUNK, FUR = (0.35, 0.25, 0.17), (0.45, 0.29, 0.16)
SKIN, LAMP = (0.80, 0.60, 0.46), (0.92, 0.12, 0.1)

Color = tuple[float, float, float] | Tensor


class RoadScene:
    """N pictures being painted; `image` is (N, 3, H, W) in [0, 1], on a fine grid.

    Factors and random numbers are (N, 1, 1); masks and places are (N, H, W) or broadcast to it.
    """

    spot: Tensor  # how near the thing stands that is being painted, (N, 1, 1)
    foot: Tensor  # x of the middle of its foot, (N, 1, 1)
    across: Tensor  # of each point: 0 in the middle of the road, 1 at its edge

    def __init__(self, factors: dict[str, np.ndarray], rng: np.random.Generator) -> None:
        """factors: those of `roads.py`, (N,) each."""
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
        self.vanish, self.aside = (
            self.uniform(-0.12, 0.12),
            self.uniform(-0.25, 0.25),
        )  # of the road
        self.half = 0.85 + 0.35 * (self.road_type == HIGHWAY) + self.uniform(-0.08, 0.08)

    def paint_all(self) -> Tensor:
        """The finished pictures, uint8 (N, 3, 32, 32)."""
        sky, land = self.strip(0, LOWEST), self.strip(HIGHEST, 1)
        sky.paint_sky()
        sky.paint_hills()
        land.paint_land()
        self.paint_roadside()
        land.paint_road()
        for number in (2, 1):
            self.paint_some(self.obstacles >= number, RoadScene.paint_obstacle)
        self.paint_some(self.daylight < 0.8, RoadScene.paint_night)
        self.paint_some(self.weather != SUNNY, RoadScene.paint_weather)
        images = avg_pool2d(self.image, FINE)
        return (255 * images.clamp(0, 1)).round().to(torch.uint8)

    def strip(self, top: float, bottom: float) -> RoadScene:
        """The part of the pictures between two heights, 0 to 1; painting on it paints on them."""
        part, side = copy(self), SIDE * FINE
        rows = slice(max(0, int(top * side)), int(np.ceil(bottom * side)))
        part.image = self.image[:, :, rows]
        part.y, part.near = self.y[:, rows], self.near[:, rows]
        return part

    def paint_some(self, where: Tensor, paint: Callable[[RoadScene], None]) -> None:
        """Let `paint` work on only those of the N pictures for which `where` (N, 1, 1) holds."""
        chosen = where.flatten().nonzero().flatten()
        if not len(chosen):
            return
        part = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, Tensor) and name != "x":  # x is (1, 1, W), the same for all
                setattr(part, name, value[chosen])
        paint(part)
        self.image[chosen] = part.image

    def uniform(self, low: float, high: float) -> Tensor:
        """A random number for each picture, (N, 1, 1)."""
        draw = self.rng.uniform(low, high, len(self.weather)).astype(np.float32)
        return torch.from_numpy(draw).view(-1, 1, 1)

    def any_color(self) -> Tensor:
        """A random color for each picture, (N, 3, 1, 1)."""
        return torch.stack([self.uniform(0.1, 0.9) for _ in range(3)], 1)

    def paint(self, mask: Tensor, color: Color) -> None:
        """Lay `color` over the pictures; mask (N, H, W): 0 not at all, 1 fully."""
        self.image.lerp_(_as_color(color), mask.unsqueeze(1).float())

    def middle(self, near: Tensor) -> Tensor:
        """The x of the middle of the road at places `near`, any shape."""
        bend = BEND * self.curvature * (1 / near - 1).clamp(max=14)
        return self.vanish + self.aside * near + bend

    def paint_sky(self) -> None:
        """Blue with sun and clouds, gray if it isn't sunny, orange near the horizon at dusk."""
        height = (-1.2 * self.near).clamp(0, 1)
        self.paint(height, SKY_TOP)
        gray = (self.weather != SUNNY).float()
        self.paint(gray, GRAY_LOW)
        self.paint(gray * height, GRAY_TOP)
        dusk = (1 - ((self.daylight - 0.3) / 0.25).abs()).clamp(0, 1) * (1 - gray)
        self.paint(dusk * (1 - height), DUSK)
        sunny = (1 - gray) * (self.daylight > 0.25)
        sun_x, sun_y = self.uniform(-0.9, 0.9), self.uniform(0.06, 0.22)
        away = (self.x - sun_x).square() + 4 * (self.y - sun_y).square()
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
        self.paint_some(self.weather == SNOW, RoadScene.paint_snow_at_horizon)

    def paint_snow_at_horizon(self) -> None:
        """A white strip above the horizon."""
        self.paint(0.6 * (-self.near < 0.08), SNOWFIELD)

    def paint_land(self) -> None:
        """Grass, pavement or snow."""
        ground = self.near > 0
        furrows = torch.sin(3 / self.near.clamp(min=0.12)) * self.near.clamp(0, 1)
        tint = _as_color((1.0, 0.5, 0.2)) * self.uniform(-0.06, 0.06).unsqueeze(1)
        grass = _as_color(GRASS) + tint + 0.03 * furrows.unsqueeze(1)
        self.paint(ground, grass)
        self.paint(ground & (self.road_type == CITY), PAVEMENT)
        self.paint(0.92 * (ground & (self.weather == SNOW)), SNOWFIELD)

    def paint_roadside(self) -> None:
        """Houses in the city, trees elsewhere, along both edges of the road, the far ones first."""
        deep = 1 - HIGHEST
        for spot in (0.16, 0.28, 0.5):
            part = self.strip(HIGHEST - 0.6 * spot * deep, LOWEST + 1.2 * spot * deep)
            for side in (-1, 1):
                near = spot * self.uniform(0.85, 1.15)
                reach = self.half + self.uniform(0.45, 1.1)
                part.spot, part.foot = near, self.middle(near) + side * near * reach
                tree = (self.road_type != CITY) & (self.uniform(0, 1) < 0.55)
                part.paint_some(tree, RoadScene.paint_tree)
                self.spot, self.foot = near, part.foot + side * 0.8 * near
                self.paint_some(self.road_type == CITY, RoadScene.paint_house)

    def from_foot(self) -> tuple[Tensor, Tensor]:
        """How far each point is to the right of, and above, the foot of the thing at `spot`.

        (N, H, W) each, in units in which all cars are equally large, however far away.
        """
        return (self.x - self.foot) / self.spot, (self.spot - self.near) / self.spot

    def paint_house(self) -> None:
        """A block with windows that are lit when it is dark."""
        right, up = self.from_foot()
        shade, lit = self.uniform(0.4, 0.8), torch.where(self.daylight > 0.4, 0.35, 0.95)
        house = (right.abs() < 0.75) & (up > 0) & (up < self.uniform(1.2, 2.6))
        self.paint(house, torch.stack([shade, 0.93 * shade, 0.88 * shade], 1))
        windows = house & (torch.sin(14 * right) > 0.1) & (torch.sin(14 * up) > 0.1)
        self.paint(0.8 * windows, torch.stack([lit, 0.9 * lit, 0.55 * lit + 0.15], 1))

    def paint_tree(self) -> None:
        """A trunk with a round crown."""
        right, up = self.from_foot()
        self.paint((right.abs() < 0.06) & (up > 0) & (up < 0.6), TRUNK)
        crown = (right / 0.34).square() + ((up - 0.95) / 0.55).square() < 1
        green = self.uniform(0.25, 0.42)
        self.paint(crown, torch.stack([0.6 * green, green, 0.45 * green], 1))
        self.paint(0.7 * (crown & (up > 0.9) & (self.weather == SNOW)), SNOWFIELD)

    def paint_road(self) -> None:
        """The surface, and the lines on it: three lanes on a highway, two in the city."""
        near = self.near.clamp(min=0.02)
        self.across = ((self.x - self.middle(near)) / (self.half * near)).abs()
        surface = torch.tensor(SURFACES)[self.road_type.flatten().long()].view(-1, 3, 1, 1)
        road = (self.near > 0) & (self.across < 1)
        self.paint(road, surface * self.uniform(0.9, 1.1).unsqueeze(1))
        dash = ((0.9 / near + self.uniform(0, 1)) % 1 < 0.5) & (self.near > 0.05)
        edge_line = (self.across > 0.9) & (self.across < 0.97)
        lane_line = dash & ((self.across - 0.32).abs() < 0.035)
        highway = self.road_type == HIGHWAY
        self.paint(road & highway & (edge_line | lane_line), WHITE)
        self.paint_some((self.weather != SUNNY) | ~highway, RoadScene.paint_road_details)

    def paint_road_details(self) -> None:
        """Curb and center line in a city, ruts on dirt, wet and snowy surfaces."""
        across, ground, city = self.across, self.near > 0, self.road_type == CITY
        road, ruts = ground & (across < 1), torch.exp(-((across - 0.45) / 0.16).square())
        self.paint(ground & (across > 1) & (across < 1.12) & city, CURB)
        self.paint(road & city & (across < 0.05), YELLOW)
        self.paint(0.3 * ruts * (road & (self.road_type == DIRT)), RUT)
        shine = torch.exp(-(across / 0.5).square())
        self.paint(0.35 * shine * (road & (self.weather == RAIN)), GRAY_LOW)
        self.paint(0.45 * (road & (self.weather == SNOW) & (ruts < 0.5)), SNOWFIELD)

    def paint_obstacle(self) -> None:
        """The back of a car, a person, or an animal, somewhere on the road."""
        self.spot = self.uniform(0.22, 0.6)
        self.foot = self.middle(self.spot) + self.uniform(-0.6, 0.6) * self.spot * self.half
        kind = self.uniform(0, 3).floor()
        self.paint_some(kind == 0, RoadScene.paint_car)
        self.paint_some(kind == 1, RoadScene.paint_person)
        self.paint_some(kind == 2, RoadScene.paint_animal)

    def paint_car(self) -> None:
        """Seen from behind: wheels, body, rear window, two lamps."""
        right, up = self.from_foot()
        wide, color = right.abs() < 0.34, self.any_color()
        self.paint(wide & (up > -0.02) & (up < 0.12), BLACK)
        self.paint(wide & (up >= 0.12) & (up < 0.38), color)
        self.paint((right.abs() < 0.26) & (up >= 0.38) & (up < 0.6), 0.55 * color)
        self.paint(wide & (right.abs() > 0.22) & (up > 0.2) & (up < 0.32), LAMP)

    def paint_person(self) -> None:
        """Legs, body, head."""
        right, up = self.from_foot()
        self.paint((right.abs() < 0.1) & (up > 0) & (up < 0.32), BLACK)
        self.paint((right.abs() < 0.13) & (up > 0.3) & (up < 0.64), self.any_color())
        self.paint(right.square() + (up - 0.76).square() < 0.013, SKIN)

    def paint_animal(self) -> None:
        """Legs, trunk, neck."""
        right, up = self.from_foot()
        legs = ((right.abs() - 0.2).abs() < 0.06) & (up > 0) & (up < 0.3)
        trunk = (right / 0.32).square() + ((up - 0.4) / 0.17).square() < 1
        neck = ((right - 0.3) / 0.12).square() + ((up - 0.62) / 0.17).square() < 1
        self.paint(legs | trunk | neck, FUR)

    def paint_night(self) -> None:
        """Dark and bluish, except for what is in the beam of the headlights."""
        dark, ground = (1 - self.daylight / 0.8).clamp(0, 1), self.near.clamp(0, 1)
        beam = torch.exp(-((self.x - self.vanish) / (0.25 + 0.6 * ground)).square())
        beam = beam * ground.sqrt() * (self.daylight < 0.35)
        blue = 1 + dark.unsqueeze(1) * torch.tensor([-0.15, -0.05, 0.25]).view(1, 3, 1, 1)
        self.image = self.image * (1 - 0.85 * dark * (1 - 0.75 * beam)).unsqueeze(1) * blue

    def paint_weather(self) -> None:
        """Streaks of rain, flakes of snow, or fog that is thicker with distance."""
        n, side = len(self.weather), SIDE * FINE
        specks = torch.from_numpy(self.rng.random((n, side, side), dtype=np.float32))
        bright = (0.35 + 0.65 * self.daylight).unsqueeze(1)
        streaks = max_pool2d((specks > 0.992).float(), (9, 1), 1, (4, 0))
        flakes = max_pool2d((specks > 0.985).float(), 3, 1, 1)
        fog = 0.92 * torch.exp(-2.2 * self.near.clamp(min=0))
        self.paint(0.25 * streaks * (self.weather == RAIN), 0.88 * bright)
        self.paint(0.8 * flakes * (self.weather == SNOW), bright)
        self.paint(fog * (self.weather == FOG), 0.82 * bright)


def _as_color(color: Color) -> Tensor:
    """A color (3,) in the shape (1, 3, 1, 1); tensors are returned as they are."""
    return color if isinstance(color, Tensor) else torch.tensor(color).view(1, 3, 1, 1)
