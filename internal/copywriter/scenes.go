package copywriter

import "github.com/nanococoa/nanococoa/internal/category"

// scene is what the background of one mood looks like, in English phrases that
// complete the sentences of WritePrompt. A word of the concept that names a
// place, a light, a surface or a colour takes the place of the phrase here.
type scene struct {
	places   []string // "The place: …"
	airs     []string // "The mood is …"
	lights   []string // "The light: …"
	palettes []string // "The palette is …"
	surfaces []string // "… stands empty"
}

var scenes = [moods]scene{
	plain: {
		places: []string{
			"a seamless photography studio with a softly curved backdrop",
			"a bright contemporary interior with one broad bare wall",
		},
		airs: []string{
			"fresh, friendly and confident, with the quiet optimism of a new day",
			"open and welcoming, uncluttered and easy to like",
		},
		lights: []string{
			"a large soft key light from the upper left with a gentle fill",
			"even soft daylight with airy shadows",
		},
		palettes: []string{
			"warm off-white, pale sand and a touch of coral",
			"soft cream and light mint with one warm accent",
		},
		surfaces: []string{"a low round plinth with a matte finish", "a smooth pale tabletop"},
	},
	summer: {
		places: []string{
			"a pale sandy shore beside a clear turquoise sea",
			"a shaded poolside terrace with rippling reflections",
		},
		airs: []string{
			"cool, breezy and refreshing, the first deep breath after diving in",
			"bright and weightless, a slow holiday afternoon by the water",
		},
		lights: []string{
			"high clear sunlight with crisp shadows and sparkling highlights",
			"sunlight filtered through leaves with dancing water caustics",
		},
		palettes: []string{"aqua, clean white and lemon yellow", "turquoise, pale sand and a hint of lime"},
		surfaces: []string{"a smooth white stone splashed with fine water droplets", "a wet slab of pale stone"},
	},
	winter: {
		places: []string{
			"a hushed snowy clearing with frosted trees far behind",
			"a broad windowsill looking out on falling snow",
		},
		airs: []string{
			"still and tender, the warmth one feels when watching snow from indoors",
			"quiet and sheltered, with the world softened by snow",
		},
		lights: []string{
			"low pale winter sun with long blue shadows and a warm rim light",
			"soft overcast snow light balanced by one warm glow from the side",
		},
		palettes: []string{"snow white, ice blue and a warm amber accent", "frosted grey, ivory and cranberry"},
		surfaces: []string{"a smooth cap of fresh snow", "a plank of pale frosted wood"},
	},
	cozy: {
		places: []string{"a snug living corner with a plain plastered wall", "a quiet room beside a glowing hearth"},
		airs: []string{
			"warm, tender and reassuring, like coming home at the end of a long day",
			"soft-spoken and intimate, wrapped in comfort",
		},
		lights: []string{
			"warm low lamp light with a slow falloff",
			"gentle golden light from a hidden source on the right",
		},
		palettes: []string{"honey, oatmeal and soft terracotta", "cream, caramel and dusty rose"},
		surfaces: []string{"a round wooden side table with a linen runner", "a low plinth wrapped in knitted wool"},
	},
	spring: {
		places: []string{"a garden terrace under blossoming branches", "a picnic meadow dotted with small wild flowers"},
		airs: []string{
			"light, hopeful and fluttering, the first warm afternoon of the year",
			"gentle and fragrant, full of small beginnings",
		},
		lights: []string{
			"soft morning sun through petals with a bright airy haze",
			"clear spring daylight with pastel shadows",
		},
		palettes: []string{"blossom pink, fresh green and cream", "pale lilac, butter yellow and leaf green"},
		surfaces: []string{"a pale wooden table strewn with a few petals", "a round plinth of soft plaster"},
	},
	autumn: {
		places: []string{"a park path lined with amber trees far out of focus", "a window seat overlooking golden foliage"},
		airs: []string{
			"mellow, thoughtful and rich, a slow walk through rustling leaves",
			"calm and ripe, the deep breath before evening",
		},
		lights:   []string{"low golden late-afternoon sun with long soft shadows", "warm side light through thinning leaves"},
		palettes: []string{"amber, burnt orange and deep olive", "chestnut, ochre and muted burgundy"},
		surfaces: []string{"a weathered oak board", "a flat stone scattered with a few dry leaves"},
	},
	luxury: {
		places: []string{
			"a refined lounge with tall drapes and polished stone",
			"a dark gallery niche with a softly lit arch",
		},
		airs: []string{
			"poised, exclusive and hushed, with nothing left to chance",
			"timeless and composed, elegance shown through restraint",
		},
		lights: []string{
			"one sculpting key light from the side with deep velvety shadows",
			"a narrow warm spotlight with a delicate rim light",
		},
		palettes: []string{"deep charcoal, champagne gold and ivory", "midnight green, brushed brass and soft black"},
		surfaces: []string{"a polished slab of veined dark marble", "a fluted stone pedestal with a brass edge"},
	},
	nature: {
		places: []string{
			"a mossy forest clearing with tall trunks far behind",
			"a quiet herb garden beside a low stone wall",
		},
		airs: []string{
			"pure, grounded and breathing, the calm after a light rain",
			"honest and patient, close to the soil and the seasons",
		},
		lights:   []string{"dappled sunlight falling through a canopy of leaves", "soft morning light with a trace of mist"},
		palettes: []string{"moss green, bark brown and warm white", "sage, clay and pale straw"},
		surfaces: []string{"a flat weathered stone edged with moss", "a slice of raw timber with visible rings"},
	},
	city: {
		places: []string{
			"a high city terrace with a softly blurred skyline",
			"a narrow street after rain with plain unmarked facades",
		},
		airs: []string{
			"electric, confident and awake while the rest of the world sleeps",
			"sleek and restless, with the pulse of a late evening",
		},
		lights: []string{
			"saturated magenta and cyan glow from both sides with glossy reflections",
			"deep night tones with scattered points of warm light far behind",
		},
		palettes: []string{"ink blue, electric violet and hot pink", "graphite, teal and amber"},
		surfaces: []string{"a wet reflective slab of dark asphalt", "a glossy black plinth"},
	},
	minimal: {
		places: []string{
			"an empty white room with one clean architectural edge",
			"a seamless studio sweep in a single pale tone",
		},
		airs: []string{
			"silent, precise and balanced, where every line has a reason",
			"clear and weightless, with space to breathe",
		},
		lights: []string{
			"even diffused daylight with a single crisp shadow",
			"a broad softbox from above with barely visible shadows",
		},
		palettes: []string{"pure white, stone grey and one muted accent", "bone, fog and pale taupe"},
		surfaces: []string{"a plain geometric block of white plaster", "a thin floating shelf with a matte finish"},
	},
	vintage: {
		places: []string{
			"an old tea room with panelled walls and worn timber",
			"a sunlit attic corner with faded plain wallpaper",
		},
		airs: []string{
			"wistful, affectionate and slow, like leafing through old photographs",
			"familiar and storied, with the charm of things well used",
		},
		lights: []string{
			"hazy tungsten light with a faint halation around highlights",
			"slanting afternoon light full of floating dust",
		},
		palettes: []string{"mustard, faded teal and tobacco brown", "sepia, brick red and cream"},
		surfaces: []string{"a worn walnut sideboard", "an old enamelled tabletop with rounded edges"},
	},
	holiday: {
		places: []string{
			"the wooden veranda of a traditional Korean hanok courtyard",
			"a quiet hall with paper-screened doors and a low lacquered table",
		},
		airs: []string{
			"gracious, generous and grateful, the hour before the family arrives",
			"respectful and warm, with the dignity of an old custom",
		},
		lights: []string{
			"soft light through paper screens with a warm glow",
			"clear full-moon light balanced by one warm lantern out of frame",
		},
		palettes: []string{"persimmon orange, jade green and rice-paper white", "deep crimson, gold and ink blue"},
		surfaces: []string{"a low lacquered tray table", "a folded cloth of layered silk in plain colours"},
	},
	party: {
		places: []string{
			"a festive room with strings of tiny lights far out of focus",
			"a dark stage with drifting confetti and glowing bokeh",
		},
		airs: []string{
			"joyful, sparkling and generous, the moment just before everyone cheers",
			"exuberant and glamorous, with anticipation in the air",
		},
		lights: []string{
			"warm twinkling bokeh behind a clean bright key light",
			"coloured spotlights crossing through a thin haze",
		},
		palettes: []string{"champagne gold, deep red and evergreen", "violet, rose and glittering silver"},
		surfaces: []string{"a mirrored round plinth", "a velvet-covered low stage"},
	},
	gift: {
		places: []string{
			"an intimate corner draped with sheer fabric",
			"a candlelit table beside a softly curtained window",
		},
		airs: []string{
			"affectionate, hushed and full of anticipation, a heartbeat before the surprise",
			"romantic and sincere, told in a low voice",
		},
		lights: []string{
			"flattering warm light with a dreamy soft-focus glow",
			"flickering candlelight with a gentle rose-tinted fill",
		},
		palettes: []string{"blush pink, rose and pearl white", "wine red, soft peach and gold"},
		surfaces: []string{"a round plinth draped in satin", "an open plain gift box with folded tissue"},
	},
	active: {
		places: []string{"an airy training studio with plain concrete walls", "an open running track under a wide sky"},
		airs: []string{
			"driven, powerful and alive, the instant before the start",
			"bold and kinetic, with energy in every diagonal",
		},
		lights: []string{
			"hard directional light with strong contrast and a bright rim",
			"early sun from low behind with streaks of flare",
		},
		palettes: []string{"signal orange, graphite and clean white", "electric lime, black and cool grey"},
		surfaces: []string{"a raw concrete block with sharp edges", "a textured dark rubber platform"},
	},
	journey: {
		places: []string{
			"a high mountain overlook with layered ridges in haze",
			"a lakeside campsite beside a plain canvas tent",
		},
		airs: []string{
			"free, curious and far from routine, a road opening ahead",
			"adventurous yet unhurried, with the promise of the next bend",
		},
		lights: []string{
			"golden light just after sunrise with long clean shadows",
			"blue dusk with a warm campfire glow from one side",
		},
		palettes: []string{"pine green, sky blue and sunlit sand", "rust, slate blue and canvas beige"},
		surfaces: []string{"a flat sun-warmed rock", "a sturdy wooden crate with plain sides"},
	},
	family: {
		places: []string{"a sunny dining room with a large wooden table", "a bright living room with a soft plain rug"},
		airs: []string{
			"loving, lively and safe, the hour when everybody is home",
			"wholesome and cheerful, full of small shared moments",
		},
		lights:   []string{"generous morning window light with soft shadows", "warm even daylight bouncing off pale walls"},
		palettes: []string{"sunny yellow, soft sky blue and natural wood", "peach, cream and fresh green"},
		surfaces: []string{"a wide light oak tabletop", "a rounded low table with a plain cotton cloth"},
	},
	calm: {
		places: []string{
			"a tranquil room with a paper screen and one bare wall",
			"the still edge of a lake before anyone is awake",
		},
		airs: []string{
			"restful, slow and clear, one deep breath held and released",
			"contemplative and gentle, with nothing asking for attention",
		},
		lights: []string{
			"soft hazy morning light with barely visible shadows",
			"low diffused light fading smoothly across the wall",
		},
		palettes: []string{"mist grey, pale sage and warm ivory", "powder blue, sand and soft white"},
		surfaces: []string{"a smooth river stone with a flat top", "a low bench of pale wood"},
	},
	pop: {
		places: []string{
			"a playful set built of simple oversized geometric shapes",
			"a two-tone studio split by one bold diagonal",
		},
		airs: []string{
			"cheeky, bouncy and bright, a grin turned into a place",
			"witty and upbeat, with candy-like freshness",
		},
		lights:   []string{"hard bright light with crisp coloured shadows", "flat poppy light with glossy highlights"},
		palettes: []string{"hot coral, mint and sunny yellow", "bubblegum pink, cobalt and lime"},
		surfaces: []string{"a glossy cylinder in one solid colour", "a stack of rounded blocks in solid colours"},
	},
	morning: {
		places: []string{"a broad window ledge in a plain bright room", "a sunlit table beside a bare plastered wall"},
		airs: []string{
			"fresh, quiet and hopeful, the first half hour of a good day",
			"clear and friendly, with the day still ahead",
		},
		lights:   []string{"low morning window light with soft clean shadows", "fresh low sun through a thin haze"},
		palettes: []string{"warm white, pale straw and soft sky", "cream, light oak and a touch of green"},
		surfaces: []string{"a smooth pale tabletop", "a light oak table"},
	},
	evening: {
		places: []string{"a calm room at dusk with one bare wall", "a plain living corner with a lamp far out of focus"},
		airs: []string{
			"mellow and unhurried, the hour when the day lets go",
			"soft and settled, with the last light of the day",
		},
		lights:   []string{"warm low evening light", "amber lamp light with a slow falloff"},
		palettes: []string{"amber, dusky blue and warm brown", "soft terracotta, plum and cream"},
		surfaces: []string{"a dark oak table", "a low table with a matte finish"},
	},
	easy: {
		places: []string{"a bright tidy room with one broad bare wall",
			"a seamless photography studio with a curved backdrop"},
		airs: []string{
			"brisk, clear and practical, with everything in its place",
			"light and orderly, a full day made simple",
		},
		lights:   []string{"even bright daylight with airy shadows", "clean frontal light with a gentle fill"},
		palettes: []string{"clean white, light grey and one fresh accent", "pale blue, white and natural wood"},
		surfaces: []string{"a smooth white tabletop", "a low matte plinth"},
	},
	move: {
		places: []string{"a bright empty room with a bare wall and a wooden floor", "a freshly painted living room corner"},
		airs: []string{
			"new, open and full of plans, the first day in a new home",
			"fresh and welcoming, with room for everything to come",
		},
		lights:   []string{"generous window light with soft shadows", "even daylight bouncing off pale walls"},
		palettes: []string{"warm white, light oak and sage", "cream, sand and a touch of sky blue"},
		surfaces: []string{"a light oak tabletop", "a low plain wooden stool"},
	},
}

// articles are how the prompt names the product, only as the kind of thing that
// will stand in the empty place, so that its size and height fit.
var articles = [category.Kinds]string{
	category.Food: "a food product", category.Drink: "a drink", category.Wear: "a fashion item",
	category.Beauty: "a beauty product",
	category.Tech:   "a consumer electronics product",
	category.Home:   "a home and living item", category.Health: "a daily care product",
	category.Cloth: "a piece of clothing", category.Bag: "a bag",
	category.Shoe:  "a pair of shoes",
	category.Jewel: "a piece of jewellery", category.Pet: "a pet care product", category.Kids: "a product for children",
	category.Sport: "a piece of sports gear",
	category.Plant: "a potted plant or bouquet", category.Desk: "a piece of stationery",
	category.Place: "a neighbourhood shop",
	category.Car:   "a car care product", category.Other: "a product",
	category.Furniture: "a piece of furniture", category.Craft: "a handmade object", category.Lesson: "a local school",
	category.Device: "a home medical device", category.Care: "a clinic", category.Funeral: "a memorial item",
	category.Money: "a financial service", category.Adult: "a personal care product",
}

// cameras are the angle and lens that suit a kind: low and near for small things,
// at eye level for tall ones, from above for what lies flat.
var cameras = [category.Kinds]string{
	category.Food: "a three-quarter view from slightly above, 85mm lens at f/4, the surface in focus " +
		"and the distance melting " +
		"away",
	category.Drink:     "a straight eye-level view, 85mm lens at f/2.8, the horizon low and the distance softly blurred",
	category.Wear:      "a frontal eye-level view, 50mm lens at f/4, with calm vertical lines",
	category.Beauty:    "a close eye-level view, 100mm macro lens at f/5.6, with creamy background blur",
	category.Tech:      "a slightly low heroic angle, 70mm lens at f/5.6, with clean perspective lines",
	category.Home:      "a frontal view at table height, 50mm lens at f/5.6, with straight architectural lines",
	category.Health:    "a straight eye-level view, 85mm lens at f/4, clean and symmetrical",
	category.Cloth:     "a frontal eye-level view, 50mm lens at f/4, with calm vertical lines",
	category.Bag:       "a slightly low three-quarter angle, 70mm lens at f/4, with gentle depth",
	category.Shoe:      "a very low angle close to the ground, 50mm lens at f/4, with a wide sense of space behind",
	category.Jewel:     "a close view from slightly above, 100mm macro lens at f/5.6, with silky background blur",
	category.Pet:       "a low friendly angle, 50mm lens at f/4, with a soft background",
	category.Kids:      "a low friendly angle, 50mm lens at f/4, with a soft bright background",
	category.Sport:     "a dynamic low angle, 35mm lens at f/4, with strong diagonals leading to the centre",
	category.Plant:     "a straight eye-level view, 70mm lens at f/4, with airy depth",
	category.Desk:      "a three-quarter view from above, 50mm lens at f/5.6, with tidy lines",
	category.Place:     "a wide frontal view at standing height, 35mm lens at f/5.6, with inviting depth",
	category.Car:       "a low wide angle, 35mm lens at f/5.6, with long leading lines",
	category.Other:     "a three-quarter view at product height, 70mm lens at f/4, with gentle depth",
	category.Furniture: "a frontal view at seat height, 50mm lens at f/5.6, with straight architectural lines",
	category.Craft:     "a close three-quarter view, 85mm lens at f/4, the texture in focus",
	category.Lesson:    "a wide frontal view at standing height, 35mm lens at f/5.6, with inviting depth",
	category.Device:    "a straight eye-level view, 85mm lens at f/5.6, clean and symmetrical",
	category.Care:      "a straight eye-level view, 50mm lens at f/5.6, clean and symmetrical",
	category.Funeral:   "a straight eye-level view, 70mm lens at f/4, still and symmetrical",
	category.Money:     "a straight eye-level view, 70mm lens at f/5.6, clean and symmetrical",
	category.Adult:     "a straight eye-level view, 85mm lens at f/5.6, clean and discreet",
}

// tastes are the style that ads for each age usually have, in the order of
// ad.TargetAges. They describe the picture and no person, so that none is painted.
// The gender changes the copy only.
var tastes = [...]string{
	"lively, saturated and social-media fresh",
	"trend-aware, crisp and slightly editorial",
	"well-designed, balanced and contemporary",
	"polished, dependable and quietly stylish",
	"refined, comfortable and rich in texture",
	"clear, gentle and easy on the eyes, with unhurried contrast",
}
