package adstore

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/nanococoa/nanococoa/internal/ad"
	"github.com/nanococoa/nanococoa/internal/cloud"
)

// brandRecord is a brand as DynamoDB holds it. An owner without one has no item.
type brandRecord struct {
	PK string
	SK string

	LogoID    string   `dynamodbav:"logo_id,omitempty"`
	Colors    []string `dynamodbav:"colors"`
	Layout    string   `dynamodbav:"layout,omitempty"`
	ByDefault bool     `dynamodbav:"by_default"`
}

// Brand reads an owner's brand, strongly consistent; an empty one when there is none.
func (s *Store) Brand(ctx context.Context, owner string) (ad.Brand, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: brandKey(owner), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return ad.Brand{}, cloud.Fault(err)
	}
	var r brandRecord
	if err := attributevalue.UnmarshalMap(out.Item, &r); err != nil {
		return ad.Brand{}, fmt.Errorf("decode a brand: %w", err)
	}
	return ad.Brand{LogoID: r.LogoID, Colors: r.Colors, Layout: r.Layout, ByDefault: r.ByDefault}, nil
}

// SetBrand keeps an owner's brand in place of the former.
func (s *Store) SetBrand(ctx context.Context, owner string, b ad.Brand) error {
	key := brandKey(owner)
	item, err := attributevalue.MarshalMap(brandRecord{
		PK: text(key, "PK"), SK: text(key, "SK"), LogoID: b.LogoID, Colors: b.Colors, Layout: b.Layout,
		ByDefault: b.ByDefault,
	})
	if err != nil {
		return fmt.Errorf("encode a brand: %w", err)
	}
	_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.table, Item: item})
	return cloud.Fault(err)
}
